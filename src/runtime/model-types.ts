// Which values of `model_type` in a config.json run, of texts and of pictures, and what is said of others.
import { familyOf, runs } from '../learning/encoders/family.ts';
import { netTypeOf, netTypes } from '../learning/images/huggingface-net.ts';

export function runsType(type: string): boolean {
  return familyOf(type) !== undefined || netTypeOf({ model_type: type }) !== undefined;
}

/** `shown`: the model. */
export function otherType(shown: string, type: string) {
  return `\`${shown}\` is a model of type \`${type}\`, which FSL does not run`;
}

/** For hints. */
export const typesThatRun = `${runs} Of pictures: ${netTypes.map((net) => `\`${net}\``).join(', ')}.`;

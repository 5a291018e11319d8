// The inputs that a stage is given by entries of their own, as against those whose members calls in an option name.
import type { Inputs, StageDefinition } from './stage.ts';

export function ownInputs({ inputs }: Pick<StageDefinition, 'inputs'>): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, { within }]) => within === undefined));
}

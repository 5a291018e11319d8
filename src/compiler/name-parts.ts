// Parts that a program calls otherwise than results do: `best.candidate` is the part `0` of `best`, so that the name of a stage
// inside a stage is in no key.
import type { CheckedInput, CheckedStep } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** In the program's words; empty where the step is one artifact. */
export function nameOfPart({ partNames = {} }: Pick<CheckedStep, 'partNames'>, part: string): string {
  return Object.keys(partNames).find((name) => partNames[name] === part) ?? part;
}

/** The step with inputs that name parts as results do. */
export function withPartsNamed(step: ResolvedStep, steps: ReadonlyMap<string, ResolvedStep>): ResolvedStep {
  let changed = false;
  const named = (input: CheckedInput): CheckedInput => {
    switch (input.from) {
      case 'step': {
        const part = steps.get(input.step)?.partNames?.[input.part];
        if (part === undefined) return input;
        changed = true;
        return { ...input, part };
      }
      case 'many': {
        const members = input.members.map((member) => ({ ...member, input: named(member.input) }));
        return changed ? { ...input, members } : input;
      }
      case 'files':
      case 'builtin':
      case 'call':
      case 'folder':
        return input;
      default:
        return input satisfies never;
    }
  };
  const inputs: Record<string, CheckedInput> = {};
  for (const name in step.inputs) {
    const input = step.inputs[name];
    if (input !== undefined) inputs[name] = named(input);
  }
  return changed ? { ...step, inputs } : step;
}

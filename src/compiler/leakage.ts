// Follows the rows of test parts through the stages that carry them on, so that none reaches a stage that learns.
import type { Static } from '../stages/artifact.ts';
import type { CheckedInput } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** The way of test rows to an artifact, nearest stage last; shared between artifacts. */
interface Trail {
  readonly at: string;
  readonly before: Trail | undefined;
}

/** By step id, then part; absent for artifacts that carry no test rows. */
export type Trails = Map<string, ReadonlyMap<string, Trail>>;

const nothing: ReadonlyMap<string, Trail> = new Map();

/** Where the parts of a step carry test rows. */
export function trailsOf(
  step: ResolvedStep,
  outputs: Readonly<Record<string, Static>>,
  trails: Trails,
): ReadonlyMap<string, Trail> {
  if (Object.values(outputs).every(({ type }) => type !== 'dataset')) return nothing;
  const inherited = Object.entries(step.inputs)
    .filter(([name]) => step.definition.inputs[name]?.use === 'transform')
    .map(([, input]) => trailTo(input, trails))
    .find((trail) => trail !== undefined);
  const result = new Map<string, Trail>();
  for (const [part, artifact] of Object.entries(outputs)) {
    if (artifact.type !== 'dataset') continue;
    const at = part === '' ? step.name : `${step.name}.${part}`;
    if (inherited !== undefined) result.set(part, { at, before: inherited });
    else if (artifact.partition === 'test') result.set(part, { at, before: undefined });
  }
  return result;
}

/** The way of test rows into an input, such as `parts.test`, `extra`. */
export function findLeak(input: CheckedInput, trails: Trails): readonly string[] | undefined {
  const trail = trailTo(input, trails);
  if (trail === undefined) return undefined;
  const path: string[] = [];
  for (let step: Trail | undefined = trail; step !== undefined; step = step.before) path.unshift(step.at);
  return path;
}

function trailTo(input: CheckedInput, trails: Trails): Trail | undefined {
  switch (input.from) {
    case 'step':
      return trails.get(input.step)?.get(input.part);
    case 'many':
      return input.members
        .map((member) => trailTo(member.input, trails))
        .find((trail) => trail !== undefined);
    case 'files':
    case 'builtin':
    case 'folder':
      return undefined;
    default:
      return input satisfies never;
  }
}

// The contents of a step's inputs as they are now: looked up before it runs, and once more after.
import type { CheckedStep } from '../compiler/pipeline.ts';
import { canonicalJson } from './canonical.ts';
import { contentsOf, type Locations } from './input-contents.ts';
import type { InputContents } from './key.ts';
import type { StepRun } from './run-step.ts';

export type ResolvedInputs =
  { readonly known: Readonly<Record<string, InputContents>> } | { readonly missing: MissingInput };

export interface MissingInput {
  readonly input: string;
  readonly path: string;
  readonly error: string;
}

/** Every step that it reads from is done. */
export function resolveInputs(step: CheckedStep, run: StepRun): ResolvedInputs {
  const locations = locationsOf(run);
  const known: Record<string, InputContents> = {};
  for (const [name, input] of Object.entries(step.inputs)) {
    const resolved = contentsOf(input, locations);
    if (resolved.state === 'waiting')
      throw new Error(`${step.id} was started before ${resolved.step} was done`);
    if (resolved.state === 'absent') throw new Error(`${resolved.source.text} has not been downloaded`);
    if (resolved.state === 'missing')
      return { missing: { input: name, path: resolved.path, error: resolved.error } };
    known[name] = resolved.contents;
  }
  return { known };
}

/** The first input whose contents are not what they were. */
export function differing(
  before: Readonly<Record<string, InputContents>>,
  after: Readonly<Record<string, InputContents>>,
): string | undefined {
  return Object.keys(before).find((name) => canonicalJson(before[name]) !== canonicalJson(after[name]));
}

export function locationsOf({ settings, actions, label }: StepRun): Locations {
  return {
    store: settings.store,
    digests: settings.digests,
    show: (path) => settings.show(path),
    label,
    builtinVersion: (name) => settings.builtinVersion(name),
    artifact: (step, part) => actions.get(step)?.outputs[part],
  };
}

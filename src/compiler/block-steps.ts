// The stages inside a step as steps of their own, with the values of one trial in their places: so that what is checked of
// steps can be checked of them. The ids are not those of steps, and nothing outside the compiler sees them.
import { searchedNames, trialOptions } from '../stages/block-values.ts';
import type { Outputs, TrialValues } from '../stages/stage.ts';
import type { Space } from '../stages/value.ts';
import type { CheckedBlockStage, CheckedInput } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** The step that stands for the folds: its parts are the datasets that the outer stage makes. */
export function foldStep(step: ResolvedStep): ResolvedStep | undefined {
  const { block } = step.definition;
  if (block === undefined) return undefined;
  const outputs: Outputs = Object.fromEntries(
    Object.entries(block.parts).map(([part, { doc }]) => [part, { type: 'dataset', doc }]),
  );
  const definition = {
    ...step.definition,
    outputs,
    absent: () => [],
    randomness: () => true,
    check: () => ({}),
  };
  return { ...withoutBlock(step), id: innerId(step, block.folds), name: block.folds, definition };
}

/** Of the stage at a position. `values` has every name of the search that the stage reads. */
export function innerStep(
  step: ResolvedStep,
  position: number,
  values: TrialValues,
): ResolvedStep | undefined {
  const stage = step.block?.stages[position];
  const known = step.inside?.[position];
  if (stage === undefined || known === undefined) return undefined;
  const { definition, name, options } = stage;
  return {
    ...withoutBlock(step),
    id: innerId(step, name),
    name,
    definition,
    options: trialOptions(definition.options, options, values),
    common: { ...step.common, seed: stage.seed },
    inputs: inputsOf(step, stage, position, values),
    span: step.places[`${position}`] ?? step.span,
    places: placesOf(step, position),
    given: known.given,
    complete: known.complete,
  };
}

/** A trial with the first value of everything that the stage reads, and then every other value once. */
export function exampleTrials(
  step: ResolvedStep,
  position: number,
): readonly [TrialValues, ...TrialValues[]] {
  const stage = step.block?.stages[position];
  const names = new Set([
    ...searchedNames(Object.values(stage?.options ?? {})),
    ...Object.values(stage?.chosen ?? {}),
  ]);
  const values = spacesOf(step)
    .filter(([name]) => names.has(name))
    .map(([name, space]) => [name, examples(space)] as const);
  // Where what is chosen from is wrong, which is reported already, there is a first value all the same.
  const first = Object.fromEntries([
    ...[...names].map((name) => [name, 0] as const),
    ...values.map(([name, [value]]) => [name, value ?? 0] as const),
  ]);
  const others = values.flatMap(([name, [, ...rest]]) => rest.map((value) => ({ ...first, [name]: value })));
  return [first, ...others];
}

/** The spaces of a search by name, from the option that holds them. */
export function spacesOf({ definition, options }: ResolvedStep): readonly (readonly [string, Space])[] {
  const { block } = definition;
  // the option is a map of spaces: the declaration of the block says so
  return ((block && options[block.search]) ?? []) as unknown as readonly (readonly [string, Space])[];
}

function examples(space: Space): readonly number[] {
  return space.space === 'choice' ? [...space.values.keys()] : [space.low, space.high];
}

/** A space cannot be part of a name, so no step has such an id. */
function innerId(step: ResolvedStep, name: string): string {
  return `${step.id} ${name}`;
}

function withoutBlock({ block: _, inside: _inside, partNames: _names, ...step }: ResolvedStep): ResolvedStep {
  return step;
}

function inputsOf(
  step: ResolvedStep,
  stage: CheckedBlockStage,
  position: number,
  values: TrialValues,
): Readonly<Record<string, CheckedInput>> {
  const inputs: Record<string, CheckedInput> = {};
  const folds = step.definition.block?.folds ?? '';
  for (const name of Object.keys(stage.definition.inputs)) {
    const inside = stage.inputs[name];
    const chosen = stage.chosen[name];
    const outside =
      step.inputs[
        chosen === undefined ? `${position}.${name}` : `${position}.${name}.${values[chosen] ?? 0}`
      ];
    if (inside?.from === 'fold')
      inputs[name] = { from: 'step', step: innerId(step, folds), part: inside.part };
    else if (inside?.from === 'stage') {
      const source = step.block?.stages[inside.stage]?.name ?? '';
      inputs[name] = { from: 'step', step: innerId(step, source), part: inside.part };
    } else if (outside !== undefined) inputs[name] = outside;
  }
  return inputs;
}

function placesOf(step: ResolvedStep, position: number): ResolvedStep['places'] {
  const prefix = `${position}.`;
  return Object.fromEntries(
    Object.entries(step.places)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, span]) => [name.slice(prefix.length), span]),
  );
}

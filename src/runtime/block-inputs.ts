// What the stages inside a step read from outside it: inputs of the step called `0.model` (input `model` of the first stage),
// or `0.model.2` where a `choice` decides (the one that its third value names).
import type { CheckedStep } from '../compiler/pipeline.ts';
import type { Input, TrialValues } from '../stages/stage.ts';

interface Place {
  readonly stage: number;
  readonly input: string;
  readonly position: number | undefined;
}

/** The declaration behind an input of a step, or of a stage inside it. */
export function declaredInput(step: CheckedStep, name: string): Input | undefined {
  const place = placeOf(name);
  if (place === undefined) return step.definition.inputs[name];
  return step.block?.stages[place.stage]?.definition.inputs[place.input];
}

/** As the program calls it: `candidate.model`; the option that holds the calls for what calls name. */
export function inputText(step: CheckedStep, name: string): string {
  const place = placeOf(name);
  const stage = place === undefined ? undefined : step.block?.stages[place.stage];
  const within = declaredInput(step, name)?.within;
  return stage === undefined ? (within ?? name) : `${stage.name}.${within ?? place?.input}`;
}

/** What a stage reads from outside in one trial. */
export function outsideInputs<T>(
  inputs: Readonly<Record<string, T>>,
  stage: number,
  chosen: Readonly<Record<string, string>>,
  values: TrialValues,
): Readonly<Record<string, T>> {
  const read: Record<string, T> = {};
  for (const [name, input] of Object.entries(inputs)) {
    const place = placeOf(name);
    if (place?.stage !== stage) continue;
    if (place.position === undefined || values[chosen[place.input] ?? ''] === place.position)
      read[place.input] = input;
  }
  return read;
}

function placeOf(name: string): Place | undefined {
  const [stage, input, position] = name.split('.');
  if (input === undefined || stage === undefined) return undefined;
  return { stage: Number(stage), input, position: position === undefined ? undefined : Number(position) };
}

// Pipelines made by hand: what the compiler would give for a short program of the tests' own stages.
import type { CheckedInput, CheckedStep, CommonValues, Pipeline } from '../../../src/compiler/pipeline.ts';
import type { Source, Span } from '../../../src/parser/source.ts';
import type { StageDefinition } from '../../../src/stages/stage.ts';
import type { Json } from '../../../src/stages/value.ts';

export interface StepSketch {
  readonly name: string;
  readonly definition: StageDefinition;
  readonly keys?: Readonly<Record<string, number>>;
  readonly options?: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, CheckedInput>>;
  readonly common?: Partial<CommonValues>;
  readonly after?: readonly string[];
}

/** The steps in an order in which inputs come first, over a source that gives every option a line of its own. */
export function pipelineOf(sketches: readonly StepSketch[], path = 'test.fsl'): Pipeline {
  const source: Source = { path, text: sketches.flatMap(sketchLines).join('\n') };
  const steps = sketches.map((sketch) => checkedStep(sketch, source));
  const targets = new Map<string, string[]>();
  for (const { name, id } of steps) targets.set(name, [...(targets.get(name) ?? []), id]);
  return {
    source,
    steps,
    targets,
    defaultTargets: steps.map(({ id }) => id),
    params: [],
    importedParams: new Map(),
  };
}

export function stepId({ name, keys = {} }: Pick<StepSketch, 'name' | 'keys'>): string {
  const entries = Object.entries(keys).map(([key, value]) => `${key}=${value}`);
  return entries.length === 0 ? name : `${name}[${entries.join(',')}]`;
}

export function fromStep(step: string, part = ''): CheckedInput {
  return { from: 'step', step, part };
}

function sketchLines(sketch: StepSketch): readonly string[] {
  const settings = { ...sketch.options, ...sketch.common };
  return [
    stepId(sketch),
    ...Object.entries(settings).map(
      ([name, value]) => `  ${stepId(sketch)}.${name}: ${JSON.stringify(value)}`,
    ),
  ];
}

function checkedStep(sketch: StepSketch, source: Source): CheckedStep {
  const { name, definition, keys = {}, options = {}, inputs, common = {}, after = [] } = sketch;
  const id = stepId(sketch);
  const span = (text: string): Span => {
    const start = source.text.indexOf(text);
    return { source, start, end: start + text.length };
  };
  const given = Object.keys({ ...options, ...common });
  return {
    id,
    name,
    keys,
    definition,
    options,
    common: {
      seed: 0,
      device: 'auto',
      resources: {},
      timeout: undefined,
      retries: 0,
      cache: true,
      allow: undefined,
      ...common,
    },
    inputs,
    marks: [],
    after,
    outputs: {},
    cost: [],
    doc: undefined,
    span: span(id),
    places: Object.fromEntries(given.map((option) => [option, span(`  ${id}.${option}: `)])),
  };
}

// Follows rows through the graph: no test part may reach a stage that learns, and no model may be measured on rows that it
// learnt from. What only the data shows (the same text in two files) is found when `evaluate` runs.
import type { Static } from '../stages/artifact.ts';
import type { StageDefinition } from '../stages/stage.ts';
import { sourcesOf } from './order.ts';
import type { CheckedInput } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** The rows of one dataset: those of `parents`, or some of them. */
interface Rows {
  /** `parts.test`, `extra`: as the program writes it. */
  readonly at: string;
  readonly parents: readonly Rows[];
  /** Whether the stage at this place drew the rows as a test part. */
  readonly test: boolean;
}

/** What a model has learnt from, the models it was made from included. */
interface Learnt {
  readonly rows: Rows;
  /** Stages from the one that learnt to this model. */
  readonly path: readonly string[];
}

interface Provenance {
  readonly rows: ReadonlyMap<string, Rows>;
  readonly learnt: readonly Learnt[];
}

/** By step id. */
export type Provenances = Map<string, Provenance>;

export interface Leak {
  /** Name of the input at which it shows. */
  readonly input: string;
  readonly message: string;
  readonly hint: string;
}

/** What a step hands on. */
export function provenanceOf(
  step: ResolvedStep,
  outputs: Readonly<Record<string, Static>>,
  known: Provenances,
): Provenance {
  const parents = datasetInputs(step).flatMap(([, input]) => rowsOf(input, known));
  const inheritsTest = parents.some(carriesTest);
  const rows = new Map<string, Rows>();
  for (const [part, artifact] of Object.entries(outputs)) {
    if (artifact.type !== 'dataset') continue;
    const at = part === '' ? step.name : `${step.name}.${part}`;
    rows.set(part, { at, parents, test: artifact.partition === 'test' && !inheritsTest });
  }
  const own = Object.entries(step.inputs)
    .filter(([name]) => step.definition.inputs[name]?.use === 'fit')
    .flatMap(([, input]) => rowsOf(input, known))
    .map((from) => ({ rows: from, path: [step.name] }));
  const inherited = learntBy(step, known).map(({ rows: from, path }) => ({
    rows: from,
    path: [...path, step.name],
  }));
  return { rows, learnt: [...own, ...inherited] };
}

export function findLeaks(step: ResolvedStep, known: Provenances): readonly Leak[] {
  const leaks: Leak[] = [];
  for (const [input, value] of Object.entries(step.inputs)) {
    const use = step.definition.inputs[input]?.use;
    if (use === 'fit' || use === 'select') {
      const path = rowsOf(value, known)
        .map(pathFromTest)
        .find((found) => found !== undefined);
      if (path === undefined) continue;
      leaks.push({
        input,
        message: `test rows reach \`${step.name}\`, which ${use === 'fit' ? 'learns from' : 'selects with'} them: ${[...path, step.name].join(' -> ')}`,
        hint: 'a figure measured on these rows afterwards would not be believable: use the train or validation part',
      });
    }
    if (use === 'measure') {
      // A model that learnt from a test part is reported where it did.
      const fits = learntBy(step, known).filter((learnt) => !carriesTest(learnt.rows));
      const overlap = rowsOf(value, known)
        .flatMap((rows) => fits.map((learnt) => ({ rows, learnt })))
        .find(({ rows, learnt }) => within(rows, learnt.rows) || within(learnt.rows, rows));
      if (overlap === undefined) continue;
      const { rows, learnt } = overlap;
      leaks.push({
        input,
        message: `\`${step.name}\` measures on rows that the model has learnt from: ${[learnt.rows.at, ...learnt.path, step.name].join(' -> ')}, and ${rows.at === learnt.rows.at ? `\`${rows.at}\` again` : `\`${rows.at}\` shares rows with \`${learnt.rows.at}\``}`,
        hint: 'divide the rows with a `split`: learn from its `train` part, and measure on its `test` part',
      });
    }
  }
  return leaks;
}

function datasetInputs({
  definition,
  inputs,
}: Pick<ResolvedStep, 'definition' | 'inputs'>): [string, CheckedInput][] {
  return Object.entries(inputs).filter(([name]) => carriesRows(definition, name));
}

/** Rows that are labelled or described come out as they went in. */
function carriesRows(definition: StageDefinition, input: string): boolean {
  const declaration = definition.inputs[input];
  return (
    declaration?.accepts === 'dataset' && (declaration.use === 'transform' || declaration.use === 'apply')
  );
}

function learntBy({ definition, inputs }: ResolvedStep, known: Provenances): readonly Learnt[] {
  return Object.entries(inputs)
    .filter(([name]) => definition.inputs[name]?.accepts === 'model')
    .flatMap(([, input]) => sourcesOf(input).flatMap(({ step }) => known.get(step)?.learnt ?? []));
}

function rowsOf(input: CheckedInput, known: Provenances): readonly Rows[] {
  return sourcesOf(input).flatMap(({ step, part }) => known.get(step)?.rows.get(part) ?? []);
}

/** Whether these rows are those of `whole`, or drawn or made from them. */
function within(rows: Rows, whole: Rows): boolean {
  return rows === whole || rows.parents.some((parent) => within(parent, whole));
}

function carriesTest(rows: Rows): boolean {
  return pathFromTest(rows) !== undefined;
}

/** The way from the test part to these rows. */
function pathFromTest(rows: Rows): readonly string[] | undefined {
  if (rows.test) return [rows.at];
  for (const parent of rows.parents) {
    const path = pathFromTest(parent);
    if (path !== undefined) return [...path, rows.at];
  }
  return undefined;
}

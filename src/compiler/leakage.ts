// The leakage rules: no test part reaches anything that learns or selects, through any number of stages, and no model is measured
// on rows that it was fitted on. What only the data shows (the same text in two files) is found when `evaluate` runs.
import type { Problem } from '../parser/diagnostic.ts';
import {
  namer,
  pathFromCommon,
  pathFromTest,
  plainName,
  whyShared,
  type Namer,
  type Place,
} from './leak-path.ts';
import { finder, type Found } from './learnt-from.ts';
import type { Consumption, Provenances, Rows } from './provenance.ts';
import type { ResolvedStep } from './resolve-steps.ts';
import { rootOf, type Draw } from './row-set.ts';

export interface Leak {
  readonly step: ResolvedStep;
  /** The input at which it shows. */
  readonly at: string;
  readonly problem: Omit<Problem, 'span'>;
  /** Equal for what all instances of a stage are told alike. */
  readonly identity: string;
}

/** A report on rows that its model was selected with. */
export interface Optimism {
  readonly step: ResolvedStep;
  readonly message: string;
}

export interface Leakage {
  readonly leaks: readonly Leak[];
  readonly optimisms: readonly Optimism[];
}

interface Measured {
  readonly step: ResolvedStep;
  readonly input: string;
  readonly rows: Rows;
}

export function findLeakage(outside: readonly ResolvedStep[], known: Provenances): Leakage {
  const steps = [...outside, ...known.inside];
  const isInside = (step: ResolvedStep): boolean => known.outer(step) !== step;
  const consumptions = steps.flatMap((step) =>
    consumedBy(step, isInside(step), known).map((consumption) => ({ step, consumption })),
  );
  const measured = steps.flatMap((step) =>
    known
      .of(step)
      .uses.flatMap(({ input, measures }) =>
        measures ? known.rowsOf(step.inputs[input]).map((rows): Measured => ({ step, input, rows })) : [],
      ),
  );
  const leaks: Leak[] = [];
  const optimisms: Optimism[] = [];
  const told = new Set<Consumption>();
  for (const { step, consumption } of consumptions) {
    if (consumption.rows.towardsTest === undefined) continue;
    leaks.push(testReaches(step, consumption));
    if (step.common.allow === undefined) told.add(consumption);
  }
  // A model that has learnt from a test part is reported where it did.
  const find = finder(known.sets, (consumption) => !told.has(consumption));
  const excused = new Set<Consumption>();
  for (const one of measured) {
    const consumed = consumedBehind(one, known, find);
    if (consumed.fitted !== undefined) {
      leaks.push(measuredAgain(one, consumed.fitted));
      excused.add(consumed.fitted.consumption);
    }
    if (consumed.selected !== undefined && !isInside(one.step))
      optimisms.push(optimistic(one, consumed.selected));
  }
  const wholes = wholeMeasured(measured.filter(({ step }) => !isInside(step)));
  for (const { step, consumption } of consumptions) {
    if (excused.has(consumption) || told.has(consumption)) continue;
    const one = measuredWith(consumption.rows, wholes, known);
    if (one !== undefined) leaks.push(testByUse(step, consumption, one));
  }
  return { leaks, optimisms };
}

/** What a stage consumes. Inside a search that is all that comes from outside: whatever it measures there, it chooses with. */
function consumedBy(step: ResolvedStep, inside: boolean, known: Provenances): readonly Consumption[] {
  const { learnt, uses } = known.of(step);
  const own = learnt?.own ?? [];
  if (!inside) return own;
  const others = uses.flatMap(({ input, accepts, purposes }) =>
    accepts !== 'dataset' || purposes.length > 0
      ? []
      : known.rowsOf(step.inputs[input]).map((rows) => ({ rows, purpose: 'selected' as const, input })),
  );
  return [...own, ...others].filter(({ rows }) => !rows.fold);
}

/** What the measured model has consumed of the rows; rows that the measuring step itself selects with included. */
function consumedBehind(
  { step, rows }: Measured,
  known: Provenances,
  find: ReturnType<typeof finder>,
): { readonly fitted: Found | undefined; readonly selected: Found | undefined } {
  const { learnt, uses } = known.of(step);
  const models = uses.flatMap(({ input, accepts }) =>
    accepts === 'model' ? known.learntBy(step.inputs[input]) : [],
  );
  let [fitted, selected]: (Found | undefined)[] = [];
  for (const model of models) {
    fitted ??= find(model, rows.set, 'fitted');
    selected ??= find(model, rows.set, 'selected');
  }
  if (learnt !== undefined) selected ??= find({ ...learnt, from: [] }, rows.set, 'selected');
  return { fitted, selected };
}

const verbs = { fitted: 'learns from', selected: 'selects with' } as const;
const allowed = 'where it has to be, `allow: leakage("why")` says so on the face of every report behind';

function testReaches(step: ResolvedStep, { rows, purpose, input }: Consumption): Leak {
  const path = pathFromTest(rows);
  return leak(step, input, [...path, step], (name) => ({
    message: `test rows reach \`${name(step)}\`, which ${verbs[purpose]} them: ${arrows([...path, step], name)}`,
    hint: `a figure measured on these rows afterwards would not be believable: use the train or validation part; ${allowed}`,
  }));
}

function measuredAgain({ step, input, rows }: Measured, { consumption, way }: Found): Leak {
  const path = [consumption.rows, ...way.toReversed().map((learnt) => learnt.step), step];
  return leak(step, input, [...path, rows], (name) => ({
    message: `\`${name(step)}\` measures on rows that the model has learnt from: ${arrows(path, name)}, and ${whyShared(rows, consumption.rows, name)}`,
    notes: notesOf(way.at(-1)?.step, consumption, name),
    hint: `divide the rows with one \`split\`: learn from its \`train\` part, and measure on its \`test\` part; ${allowed}`,
  }));
}

function testByUse(step: ResolvedStep, { rows, purpose, input }: Consumption, one: Measured): Leak {
  const path = [...pathFromCommon(one.rows, rows), step];
  return leak(step, input, [...path, one.rows, one.step], (name) => ({
    message: `\`${name(one.step)}\` measures on all of \`${name(one.rows)}\`, so its rows are test rows, and \`${name(step)}\` ${verbs[purpose]} them: ${arrows(path, name)}${path[0] === one.rows ? '' : `, and ${whyShared(one.rows, rows, name)}`}`,
    notes: [{ span: one.step.places[one.input] ?? one.step.span, message: 'measured on here' }],
    hint: `divide the rows with one \`split\`: learn from its \`train\` part, and measure on its \`test\` part; ${allowed}`,
  }));
}

function optimistic({ step, rows }: Measured, { consumption, way }: Found): Optimism {
  const path: Place[] = [consumption.rows, ...way.toReversed().map((learnt) => learnt.step)];
  if (path.at(-1) !== step) path.push(step);
  const name = namer([...path, rows]);
  return {
    step,
    message: `measured on rows that the model was selected with, so the figures are too good: ${arrows(path, name)}, and ${whyShared(rows, consumption.rows, name)}`,
  };
}

function notesOf(
  step: ResolvedStep | undefined,
  { input, rows }: Consumption,
  name: Namer,
): NonNullable<Problem['notes']> {
  const span = step?.places[input];
  return step === undefined || span === undefined
    ? []
    : [{ span, message: `\`${name(step)}\` learns from \`${name(rows)}\` here` }];
}

function leak(
  step: ResolvedStep,
  at: string,
  places: readonly Place[],
  tell: (name: Namer) => Omit<Problem, 'span' | 'code'>,
): Leak {
  const name = namer(places);
  return { step, at, problem: { code: 'leakage', ...tell(name) }, identity: tell(plainName).message };
}

function arrows(path: readonly Place[], name: Namer): string {
  return path.map(name).join(' -> ');
}

type Wholes = ReadonlyMap<Draw, readonly Measured[]>;

/** Measured rows that are no part of a division, by their files: being measured on makes them test rows. */
function wholeMeasured(measured: readonly Measured[]): Wholes {
  const wholes = new Map<Draw, Measured[]>();
  const seen = new Set<unknown>();
  for (const one of measured) {
    const { rows, step } = one;
    if (rows.divided || step.common.allow !== undefined || seen.has(rows.set)) continue;
    seen.add(rows.set);
    for (const root of new Set(rows.set.draws.map(rootOf)))
      wholes.set(root, [...(wholes.get(root) ?? []), one]);
  }
  return wholes;
}

function measuredWith({ set }: Rows, wholes: Wholes, { sets }: Provenances): Measured | undefined {
  if (wholes.size === 0) return undefined;
  for (const root of new Set(set.draws.map(rootOf))) {
    const found = wholes.get(root)?.find((one) => sets.share(one.rows.set, set));
    if (found !== undefined) return found;
  }
  return undefined;
}

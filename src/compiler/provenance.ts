// Follows rows through the graph: where the rows of every dataset come from, and what everything that learns has been fitted on
// and selected with. Nothing is copied from step to step: what was read is linked to. Judges nothing.
import type { Static } from '../stages/artifact.ts';
import { foldRows, stagesInside } from './block-provenance.ts';
import { contentsOf } from './contents.ts';
import { sourcesOf } from './order.ts';
import { setMaker, type Part, type SetMaker } from './part-sets.ts';
import type { CheckedInput } from './pipeline.ts';
import type { ResolvedStep } from './resolve-steps.ts';
import { rowSets, type RowSet, type RowSets } from './row-set.ts';
import { rowUses, type InputUse, type RowUses } from './input-uses.ts';
import { writtenFiles, type WrittenFiles } from './written-files.ts';

/** The rows of one part of one step. */
export interface Rows {
  readonly step: ResolvedStep;
  readonly part: string;
  /** What they are drawn or made from. */
  readonly parents: readonly Rows[];
  readonly set: RowSet;
  /** Whether they are a part of a division, or made from one. */
  readonly divided: boolean;
  /** Whether they come from the folds of a search: what is read of those outside it is told there. */
  readonly fold: boolean;
  /** The one on the way to the test part that they come from; themselves, where they are drawn as one here. */
  readonly towardsTest: Rows | undefined;
}

/** `fitted`: learnt from. `selected`: used to choose (validation, early stopping, calibration, a search). */
export interface Consumption {
  readonly rows: Rows;
  readonly purpose: 'fitted' | 'selected';
  readonly input: string;
}

/** What a step has consumed, itself and through the models and the rows that it was made from. */
export interface Learnt {
  readonly step: ResolvedStep;
  readonly own: readonly Consumption[];
  readonly from: readonly Learnt[];
}

export interface Provenance {
  readonly uses: readonly InputUse[];
  readonly rows: ReadonlyMap<string, Rows>;
  /** Nothing where nothing was learnt on the way here. */
  readonly learnt: Learnt | undefined;
}

export interface Provenances {
  readonly sets: RowSets;
  readonly files: WrittenFiles;
  of(step: ResolvedStep): Provenance;
  /** The stages inside steps. */
  readonly inside: readonly ResolvedStep[];
  /** The step that a stage stands inside; itself for a step. */
  outer(step: ResolvedStep): ResolvedStep;
  rowsOf(input: CheckedInput | undefined): readonly Rows[];
  learntBy(input: CheckedInput | undefined): readonly Learnt[];
}

export type Outputs = Readonly<Record<string, Static>>;

/** `ordered` has every step after those it reads from. */
export function traceRows(
  ordered: readonly ResolvedStep[],
  outputsOf: (step: ResolvedStep) => Outputs,
): Provenances {
  const sets = rowSets();
  const files = writtenFiles(ordered);
  const known = new Map<string, Provenance>();
  const usesOf = rowUses();
  const inside: ResolvedStep[] = [];
  const outers = new Map<string, ResolvedStep>();
  const maker = setMaker(sets, contentsOf(files.order, files), (step) => outers.has(step.id));
  const rowsOf = (input: CheckedInput | undefined): readonly Rows[] => {
    if (input?.from === 'step') {
      const rows = known.get(input.step)?.rows.get(input.part);
      return rows === undefined ? none : [rows];
    }
    return input?.from === 'many' ? input.members.flatMap((member) => rowsOf(member.input)) : none;
  };
  const learntBy = (input: CheckedInput | undefined): readonly Learnt[] => {
    if (input?.from === 'step') {
      const learnt = known.get(input.step)?.learnt;
      return learnt === undefined ? none : [learnt];
    }
    return input === undefined
      ? none
      : sourcesOf(input).flatMap(({ step }) => known.get(step)?.learnt ?? none);
  };
  const provenances: Provenances = {
    sets,
    files,
    rowsOf,
    learntBy,
    of: (step) => known.get(step.id) ?? nothing,
    inside,
    outer: (step) => outers.get(step.id) ?? step,
  };
  const traced = (step: ResolvedStep): Provenance =>
    trace(step, usesOf(step), outputsOf(step), provenances, maker);
  for (const step of files.order) {
    if (step.block === undefined) {
      known.set(step.id, traced(step));
      continue;
    }
    const folds = foldRows(step, provenances);
    if (folds !== undefined) known.set(folds.step.id, { ...nothing, rows: folds.rows });
    const stages = stagesInside(step);
    for (const stage of stages) {
      outers.set(stage.id, step);
      known.set(stage.id, traced(stage));
    }
    inside.push(...stages);
    const { learnt, ...own } = traced(step);
    const from = [
      ...(learnt?.from ?? none),
      ...stages.flatMap((stage) => known.get(stage.id)?.learnt ?? none),
    ];
    known.set(step.id, { ...own, learnt: { step, own: learnt?.own ?? none, from } });
  }
  return provenances;
}

const none: readonly never[] = [];
const nothing: Provenance = { uses: none, rows: new Map(), learnt: undefined };

function trace(
  step: ResolvedStep,
  uses: RowUses,
  outputs: Outputs,
  known: Provenances,
  maker: SetMaker,
): Provenance {
  const own: Consumption[] = [];
  const parents: Rows[] = [];
  const from = new Set<Learnt>();
  // What a report was made with is asked of the models that it measures.
  const ends = onlyReports(outputs);
  for (const { input, accepts, purposes, carries } of uses.inputs) {
    const value = step.inputs[input];
    if (!ends && (accepts === 'model' || accepts === 'dataset'))
      for (const learnt of known.learntBy(value)) from.add(learnt);
    if (accepts === 'files')
      for (const written of known.files.writtenBy(value)) {
        const { learnt, rows } = known.of(written.step);
        const [all] = [rows.get(written.part)];
        if (learnt !== undefined) from.add(learnt);
        if (all !== undefined && carries) parents.push(all);
      }
    if (accepts !== 'dataset') continue;
    const rows = known.rowsOf(value);
    for (const purpose of purposes) for (const each of rows) own.push({ rows: each, purpose, input });
    if (carries) parents.push(...rows);
  }
  for (const name in step.block === undefined ? {} : step.inputs)
    if (!Object.hasOwn(step.definition.inputs, name)) parents.push(...known.rowsOf(step.inputs[name]));
  const learnt = own.length === 0 && from.size === 0 ? undefined : { step, own, from: [...from] };
  return { uses: uses.inputs, rows: rowsMade(step, uses, outputs, parents, known, maker), learnt };
}

function rowsMade(
  step: ResolvedStep,
  { conditions }: RowUses,
  outputs: Outputs,
  parents: readonly Rows[],
  { sets, files }: Provenances,
  maker: SetMaker,
): ReadonlyMap<string, Rows> {
  const parts = datasetsOf(outputs);
  if (parts.length === 0) return noRows;
  const made = new Map<string, Rows>();
  const whole = maker.where(step, wholeSet(step, parents, sets, files), conditions);
  const setOf = maker.parts(step, parts, whole);
  const inherited = parents.find(({ towardsTest }) => towardsTest !== undefined);
  for (const { part, partition } of parts) {
    const rows: Rows & { towardsTest: Rows | undefined } = {
      step,
      part,
      parents,
      set: setOf(part),
      fold: parents.some(({ fold }) => fold),
      divided: partition !== undefined || parents.some(({ divided }) => divided),
      towardsTest: inherited,
    };
    if (inherited === undefined && partition === 'test') rows.towardsTest = rows;
    made.set(part, rows);
  }
  return made;
}

const noRows: ReadonlyMap<string, Rows> = new Map();

function datasetsOf(outputs: Outputs): readonly Part[] {
  const parts: Part[] = [];
  for (const part in outputs) {
    const known = outputs[part];
    if (known?.type === 'dataset') parts.push({ part, partition: known.partition });
  }
  return parts;
}

function onlyReports(outputs: Outputs): boolean {
  for (const part in outputs) if (outputs[part]?.type !== 'report') return false;
  return true;
}

/** All rows that the step reads. */
function wholeSet(step: ResolvedStep, parents: readonly Rows[], sets: RowSets, files: WrittenFiles): RowSet {
  const read = Object.values(step.inputs).flatMap((input) =>
    files.others(input).map((name) => sets.file(name)),
  );
  const all = [...parents.map(({ set }) => set), ...read];
  return sets.union(all.length === 0 ? [sets.file(`made by ${step.id}`)] : all);
}

// What differs between two runs: parameters, what steps were made from, figures of reports. Made from records alone; runs nothing.
import type { Report } from '../stages/report.ts';
import { canonicalJson } from './canonical.ts';
import type { KeyParts } from './key.ts';
import type { Reason } from './plan.ts';
import type { RunRecord } from './run-record.ts';

export interface RunDifference {
  /** Ids. */
  readonly runs: readonly [string, string];
  readonly parameters: readonly Change[];
  readonly steps: readonly StepDifference[];
  readonly figures: readonly (Change & { readonly step: string })[];
  /** Steps with the same key in both. */
  readonly same: number;
}

/** A side is absent where there is no such thing in that run. */
export interface Change {
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type StepDifference =
  | {
      readonly id: string;
      /** Where alone it has a result. */
      readonly only: 'before' | 'after';
    }
  | {
      readonly id: string;
      /** In the words of plans: `option_changed`, `input_changed`, … Empty where what one was made from is not known any more. */
      readonly reasons: readonly Pick<Reason, 'code' | 'path' | 'before' | 'after'>[];
    };

/** `partsOf` gives what a result was made from, by its key; nothing where the store has it no more. */
export function runDifference(
  before: RunRecord,
  after: RunRecord,
  partsOf: (key: string) => KeyParts | undefined,
): RunDifference {
  const [earlier, later] = [keysOf(before), keysOf(after)];
  const ids = [...new Set([...earlier.keys(), ...later.keys()])];
  const changed = ids.filter((id) => earlier.get(id) !== later.get(id));
  const steps = changed.map((id): StepDifference => {
    const [was, is] = [earlier.get(id), later.get(id)];
    if (was === undefined) return { id, only: 'after' };
    if (is === undefined) return { id, only: 'before' };
    const [from, to] = [partsOf(was), partsOf(is)];
    return { id, reasons: from === undefined || to === undefined ? [] : partChanges(from, to) };
  });
  const figures = new Set([...figuresOf(before).keys(), ...figuresOf(after).keys()]);
  return {
    runs: [before.id, after.id],
    parameters: changes(before.params, after.params),
    steps,
    figures: [...figures].flatMap((step) => {
      const [was = {}, is = {}] = [figuresOf(before).get(step), figuresOf(after).get(step)];
      return changes(was, is).map((change) => ({ step, ...change }));
    }),
    same: ids.length - changed.length,
  };
}

/** Of the steps that gave a result. */
function keysOf({ steps }: RunRecord): ReadonlyMap<string, string> {
  return new Map(steps.flatMap(({ id, key }) => (key === undefined ? [] : [[id, key] as const])));
}

function partChanges(from: KeyParts, to: KeyParts) {
  const reasons: Pick<Reason, 'code' | 'path' | 'before' | 'after'>[] = [];
  if (from.version !== to.version || from.kind !== to.kind)
    reasons.push({ code: 'stage_changed', path: to.kind, before: from.version, after: to.version });
  for (const part of ['format', 'numerics'] as const)
    if (from[part] !== to[part])
      reasons.push({ code: 'environment_changed', path: part, before: from[part], after: to[part] });
  const options = changes(seeded(from), seeded(to));
  for (const { name: path, ...sides } of options) reasons.push({ code: 'option_changed', path, ...sides });
  if (canonicalJson(from.block ?? null) !== canonicalJson(to.block ?? null))
    reasons.push({ code: 'option_changed', path: 'the stages inside' });
  for (const { name: path } of changes(from.inputs, to.inputs)) reasons.push({ code: 'input_changed', path });
  return reasons;
}

function seeded({ options, seed }: KeyParts): Readonly<Record<string, unknown>> {
  return seed === undefined ? options : { ...options, seed };
}

function changes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
    .map((name) => ({
      name,
      ...(before[name] === undefined ? {} : { before: before[name] }),
      ...(after[name] === undefined ? {} : { after: after[name] }),
    }));
}

/** The figures of each report, by the name that a requirement would have for them. */
function figuresOf({ result }: RunRecord): ReadonlyMap<string, Readonly<Record<string, number>>> {
  return new Map(result.reports.map(({ step, report }) => [step, figuresIn(report)]));
}

function figuresIn(report: Report): Readonly<Record<string, number>> {
  switch (report.type) {
    case 'evaluation':
      return Object.fromEntries(Object.entries(report.metrics).map(([metric, { value }]) => [metric, value]));
    case 'comparison':
      return Object.fromEntries(
        Object.entries(report.metrics).flatMap(([metric, samples]) =>
          Object.entries(samples).map(([name, { mean }]) => [
            report.names.length === 1 ? metric : `${name}.${metric}`,
            mean,
          ]),
        ),
      );
    case 'search':
      return { [report.metric]: report.best.score };
    default:
      return report satisfies never;
  }
}

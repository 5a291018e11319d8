// What differs between two runs: parameters, what steps were made from, figures of reports. Made from records alone; runs nothing.
import type { Report } from '../stages/report.ts';
import { canonicalJson } from './canonical.ts';
import {
  environmentChanges,
  memberChanges,
  optionChanges,
  stageChanges,
  valueChanges,
  type Change,
} from './key-changes.ts';
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

export type StepDifference =
  | {
      readonly id: string;
      /** Where alone it has a result. */
      readonly only: 'before' | 'after';
    }
  | {
      readonly id: string;
      /** In the words of plans: `option_changed`, `input_changed`, … Empty where what one was made from is not known any more. */
      readonly reasons: readonly Reason[];
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
  const [had, has] = [figuresOf(before), figuresOf(after)];
  return {
    runs: [before.id, after.id],
    parameters: valueChanges(before.params, after.params),
    steps,
    figures: [...new Set([...had.keys(), ...has.keys()])].flatMap((step) =>
      valueChanges(had.get(step) ?? {}, has.get(step) ?? {}).map((change) => ({ step, ...change })),
    ),
    same: ids.length - changed.length,
  };
}

/** Of the steps that gave a result. */
function keysOf({ steps }: RunRecord): ReadonlyMap<string, string> {
  return new Map(steps.flatMap(({ id, key }) => (key === undefined ? [] : [[id, key] as const])));
}

function partChanges(from: KeyParts, to: KeyParts): readonly Reason[] {
  if (from.kind !== to.kind)
    return [{ code: 'stage_changed', path: to.kind, before: from.kind, after: to.kind }];
  const block: readonly Reason[] =
    canonicalJson(from.block ?? null) === canonicalJson(to.block ?? null)
      ? []
      : [{ code: 'option_changed', path: 'block' }];
  return [
    ...stageChanges(from, to),
    ...environmentChanges(from, to),
    ...optionChanges(from, to).map(({ name: path, ...sides }): Reason => ({
      code: 'option_changed',
      path,
      ...sides,
    })),
    ...block,
    ...valueChanges(from.inputs, to.inputs).map(({ name: path }): Reason => {
      const members = memberChanges(from.inputs[path], to.inputs[path]);
      return members === undefined
        ? { code: 'input_changed', path }
        : { code: 'option_changed', path, ...members };
    }),
  ];
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

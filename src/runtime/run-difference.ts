// What differs between two runs: parameters, what steps were made from, figures of reports. Made from records alone; runs nothing.
import { withoutModels } from '../stages/model-arguments.ts';
import type { OptionKind } from '../stages/option.ts';
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
import type { KeyParts, StageParts } from './key.ts';
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
  /** Steps of either run whose results `fslrun gc` has removed since. */
  readonly removed: readonly [readonly string[], readonly string[]];
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

/** What is known of results and stages. */
export interface Known {
  /** What a result was made from, by its key; nothing where the store knows it no more. */
  partsOf(key: string): KeyParts | undefined;
  /** Of keys, those whose results `fslrun gc` has removed. */
  removed(keys: readonly string[]): readonly string[];
  optionKind(stage: string, option: string): OptionKind | undefined;
}

export function runDifference(before: RunRecord, after: RunRecord, known: Known): RunDifference {
  const [earlier, later] = [keysOf(before), keysOf(after)];
  const ids = [...new Set([...earlier.keys(), ...later.keys()])];
  const changed = ids.filter((id) => earlier.get(id) !== later.get(id));
  const steps = changed.map((id): StepDifference => {
    const [was, is] = [earlier.get(id), later.get(id)];
    if (was === undefined) return { id, only: 'after' };
    if (is === undefined) return { id, only: 'before' };
    const [from, to] = [known.partsOf(was), known.partsOf(is)];
    return { id, reasons: from === undefined || to === undefined ? [] : partChanges(from, to, known) };
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
    removed: [removedIn(earlier, known), removedIn(later, known)],
  };
}

function removedIn(keys: ReadonlyMap<string, string>, known: Known): readonly string[] {
  const removed = new Set(known.removed([...keys.values()]));
  return [...keys].flatMap(([id, key]) => (removed.has(key) ? [id] : []));
}

/** Of the steps that gave a result. */
function keysOf({ steps }: RunRecord): ReadonlyMap<string, string> {
  return new Map(steps.flatMap(({ id, key }) => (key === undefined ? [] : [[id, key] as const])));
}

function partChanges(from: KeyParts, to: KeyParts, known: Known): readonly Reason[] {
  if (from.kind !== to.kind)
    return [{ code: 'stage_changed', path: to.kind, before: from.kind, after: to.kind }];
  return [
    ...stageChanges(from, to),
    ...environmentChanges(from, to),
    ...optionReasons(from, to, known, ''),
    ...blockReasons(from.block, to.block, known),
    ...valueChanges(from.inputs, to.inputs).map(({ name: path }): Reason => {
      const members = memberChanges(from.inputs[path], to.inputs[path]);
      return members === undefined
        ? { code: 'input_changed', path }
        : { code: 'option_changed', path, ...members };
    }),
  ];
}

function optionReasons(from: StageParts, to: StageParts, known: Known, within: string): readonly Reason[] {
  return optionChanges(from, to).map(({ name, before, after }) => {
    const kind = known.optionKind(to.kind, name);
    const shown = { before: withoutModels(kind, before), after: withoutModels(kind, after) };
    return { code: 'option_changed', path: `${within}${name}`, ...shown };
  });
}

/** Of stages of the same kinds which options; else, or where they read something else, that there is a difference. */
function blockReasons(from: KeyParts['block'], to: KeyParts['block'], known: Known): readonly Reason[] {
  if (canonicalJson(from ?? null) === canonicalJson(to ?? null)) return [];
  const kinds = (of: KeyParts['block']): string => (of ?? []).map(({ kind }) => kind).join(' ');
  const reasons =
    kinds(from) === kinds(to)
      ? (to ?? []).flatMap((is, stage) => {
          const was = from?.[stage] ?? is;
          return [...stageChanges(was, is), ...optionReasons(was, is, known, `${is.kind}.`)];
        })
      : [];
  return reasons.length > 0 ? reasons : [{ code: 'option_changed', path: 'block' }];
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

// What becomes of leakage: an error where the program does not allow it, else a mark on every report behind.
import type { Problem } from '../parser/diagnostic.ts';
import { findLeakage } from './leakage.ts';
import type { Mark } from './pipeline.ts';
import type { Program } from './program.ts';
import { traceRows, type Outputs } from './provenance.ts';
import { stepsOf } from './order.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** Leakage that a stage's own check has found. */
export interface OwnLeak {
  readonly step: ResolvedStep;
  readonly at: string;
  readonly problem: Omit<Problem, 'span'>;
}

/** Reports leakage, and gives the marks of every step by its id; steps without any have none. */
export function reportLeakage(
  ordered: readonly ResolvedStep[],
  outputsOf: (step: ResolvedStep) => Outputs,
  ownLeaks: readonly OwnLeak[],
  program: Program,
): ReadonlyMap<string, readonly Mark[]> {
  const known = traceRows(ordered, outputsOf);
  const { leaks, optimisms } = findLeakage(ordered, known);
  const own = new Map<ResolvedStep, Mark[]>();
  const mark = (step: ResolvedStep, added: Mark): void => {
    const marks = own.get(step) ?? [];
    if (!marks.some(({ message }) => message === added.message)) marks.push(added);
    own.set(step, marks);
  };
  const told = new Set<string>();
  for (const { step, at, problem, identity } of [
    ...ownLeaks.map((leak) => ({ ...leak, identity: leak.problem.message })),
    ...leaks,
  ]) {
    const owner = known.outer(step);
    const why = owner.common.allow;
    if (why !== undefined) {
      mark(owner, { name: 'allowed-leakage', message: why });
      continue;
    }
    const span = step.places[at] ?? step.span;
    const place = `${span.source.path}:${span.start}:${identity}`;
    if (told.has(place)) continue;
    told.add(place);
    program.diagnostics.add({ span, ...problem });
  }
  for (const { step, message } of optimisms) mark(step, { name: 'optimistic', message });
  reportIdle(ordered, own, program);
  return inherited(known.files.order, own, (input) => known.files.writtenBy(input));
}

/** `allow` where there is nothing to allow: the reader of a report would be warned of nothing. */
function reportIdle(
  steps: readonly ResolvedStep[],
  marks: ReadonlyMap<ResolvedStep, readonly Mark[]>,
  program: Program,
): void {
  const idle = new Map<number, ResolvedStep>();
  const busy = new Set<number>();
  for (const step of steps) {
    const span = step.places['allow'];
    if (step.common.allow === undefined || span === undefined) continue;
    if (step.common.allow.trim() === '')
      program.diagnostics.add({
        code: 'out-of-range',
        message: 'the reason is empty: it is what readers of the reports are told',
        span,
        hint: 'say why: `allow: leakage("the published split repeats these rows")`',
      });
    if (marks.get(step)?.some(({ name }) => name === 'allowed-leakage') === true || !step.complete)
      busy.add(span.start);
    else idle.set(span.start, step);
  }
  for (const [start, step] of idle)
    if (!busy.has(start))
      program.diagnostics.add({
        code: 'option-without-effect',
        severity: 'warning',
        message: `there is no leakage in \`${step.name}\` to allow`,
        span: step.places['allow'] ?? step.span,
        hint: 'remove `allow`',
      });
}

/** Marks go on to everything that reads what they are on. */
function inherited(
  ordered: readonly ResolvedStep[],
  own: ReadonlyMap<ResolvedStep, readonly Mark[]>,
  writtenBy: (input: ResolvedStep['inputs'][string]) => readonly { readonly step: ResolvedStep }[],
): ReadonlyMap<string, readonly Mark[]> {
  const all = new Map<string, readonly Mark[]>();
  if (own.size === 0) return all;
  for (const step of ordered) {
    const lists = new Set<readonly Mark[]>();
    for (const input of Object.values(step.inputs)) {
      const sources = [...stepsOf(input), ...writtenBy(input).map((written) => written.step.id)];
      for (const source of sources) lists.add(all.get(source) ?? []);
    }
    lists.add(own.get(step) ?? []);
    const given = [...lists].filter((list) => list.length > 0);
    const [first, ...others] = given;
    if (first === undefined) continue;
    all.set(step.id, others.length === 0 ? first : distinct(given.flat()));
  }
  return all;
}

function distinct(marks: readonly Mark[]): readonly Mark[] {
  return [...new Map(marks.map((mark) => [`${mark.name} ${mark.message}`, mark])).values()];
}

// What a person reads when a run has ended: reports, requirements, time, what was cached, and where the outputs are.
import { showable } from '../../parser/display-width.ts';
import type { SearchReport } from '../../stages/report.ts';
import type { RunResult } from '../event.ts';
import { stageName } from './graph.ts';
import { comparisonTable } from './comparison-text.ts';
import { evaluationTable, stepLabel, type NamedEvaluation } from './evaluation-text.ts';
import { markLines, markText } from './mark-text.ts';
import type { Paint } from './paint.ts';
import { counted, duration } from './quantity.ts';
import { searchesTable, searchTable } from './search-text.ts';
import { shellWord } from './shell-word.ts';
import { toldOnce } from './told-once.ts';

export interface RunSummary {
  readonly result: RunResult;
  readonly requirements: readonly Requirement[];
  /** Files that the program asked for. */
  readonly outputs: readonly { readonly step: string; readonly path: string }[];
  /** Path of the store as shown to people. */
  readonly store: string;
  /** Path of the program as shown to people. */
  readonly program: string;
  /** The flags of this run that a suggested command needs too, as typed, with a space in front; else empty. */
  readonly flags: string;
  /** The targets that were asked for. */
  readonly targets: readonly string[];
  /** Stages of the program, whether they were asked for or not. */
  readonly stages: number;
  /** Width that tables are to fit. */
  readonly columns: number;
}

export interface Requirement {
  readonly step: string;
  readonly text: string;
  readonly held: boolean;
  readonly detail: string;
}

export function runText(summary: RunSummary, paint: Paint): string {
  const { result, program, flags } = summary;
  const blocks = [
    ...reportBlocks(result, paint, summary.columns),
    summary.requirements.map((one) => requirementLine(one, paint)),
    [closingLine(summary, paint), ...whereLines(summary, paint)],
  ];
  if (result.outcome === 'interrupted') {
    const words = [program, ...summary.targets].map(shellWord).join(' ');
    blocks.push([`Finished work is kept: \`fslrun ${words}${flags}\` goes on from here.`]);
  }
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function reportBlocks(result: RunResult, paint: Paint, columns: number): readonly (readonly string[])[] {
  const evaluations = result.reports.flatMap(({ step, report, marks }): readonly NamedEvaluation[] =>
    report.type === 'evaluation' ? [{ step, ...toldOnce(report, marks) }] : [],
  );
  const comparisons = result.reports.flatMap(({ step, report, marks }) =>
    report.type === 'comparison'
      ? [[paint.bold(stepLabel(step)), ...markLines(marks, paint), ...comparisonTable(report, paint)]]
      : [],
  );
  return [
    ...searchBlocks(result, paint),
    evaluations.length === 0 ? [] : evaluationTable(evaluations, paint, columns),
    checkLines(evaluations, paint),
    ...comparisons,
  ];
}

/** One in full, or the instances of a stage in a table. */
function searchBlocks(result: RunResult, paint: Paint): readonly (readonly string[])[] {
  const stages = new Map<string, { readonly step: string; readonly report: SearchReport }[]>();
  for (const { step, report } of result.reports) {
    if (report.type !== 'search') continue;
    const known = stages.get(stageName(step));
    if (known === undefined) stages.set(stageName(step), [{ step, report }]);
    else known.push({ step, report });
  }
  return [...stages.values()].map((searches) => {
    const [first] = searches;
    if (first === undefined || searches.length > 1) return searchesTable(searches, paint);
    return [paint.bold(stepLabel(first.step)), ...searchTable(first.report, paint)];
  });
}

/** What several instances of a stage are told alike is said once. */
function checkLines(evaluations: readonly NamedEvaluation[], paint: Paint): readonly string[] {
  const told = new Map<string, readonly string[]>();
  for (const { step, report, marks } of evaluations)
    for (const message of [
      ...marks.map(markText),
      ...report.checks.map((check) => showable(check.message)),
    ]) {
      const line = `${stageName(step)} ${message}`;
      told.set(line, [...(told.get(line) ?? [message]), step]);
    }
  return [...told.values()].map(([message = '', first = '', ...others]) => {
    const who = others.length === 0 ? stepLabel(first) : `${stageName(first)} ×${others.length + 1}`;
    return `${paint.yellow('!')} ${who}: ${message}`;
  });
}

export function requirementLine({ step, text, held, detail }: Requirement, paint: Paint): string {
  const mark = held ? paint.green('✔') : paint.red('✘');
  return `${mark} ${stepLabel(step)}: ${showable(text)} ${held ? 'holds' : paint.red('does not hold')} (${detail})`;
}

function closingLine({ result, stages }: RunSummary, paint: Paint): string {
  const { outcome, executed, cached, failed, skipped, seconds } = result;
  const all = executed + cached + failed + skipped;
  if (all === 0 && outcome === 'done')
    return stages === 0
      ? 'Nothing to run: the program has no stages.'
      : 'Nothing to run: no stage is a report or writes a file. Name a stage to run it.';
  if (outcome === 'done' && executed === 0)
    return paint.green(
      `Everything is cached: ${counted(cached, 'step')}, nothing to run. ${duration(seconds)}.`,
    );
  const share = all === 0 ? 0 : Math.round((100 * cached) / all);
  const parts = [
    `${counted(executed, 'step')} run`,
    `${cached} cached (${share} %)`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} not tried`] : []),
  ];
  const words: Readonly<Record<RunResult['outcome'], string>> = {
    done: paint.green('Done'),
    failed: paint.red('Failed'),
    'requirement-failed': paint.red('A requirement does not hold'),
    interrupted: paint.yellow('Interrupted'),
  };
  return `${words[outcome]} after ${duration(seconds)}: ${parts.join(', ')}.`;
}

function whereLines({ outputs, store, result, program, flags }: RunSummary, paint: Paint): readonly string[] {
  const [first] = result.reports;
  const more =
    first === undefined
      ? ''
      : `; \`fslrun show ${shellWord(program)} ${shellWord(first.step)}${flags}\` shows one in full`;
  return [
    ...outputs.map(({ step, path }) => `${stepLabel(step)}: ${paint.cyan(showable(path))}`),
    paint.dim(showable(`Results are in ${store}${more}.`)),
  ];
}

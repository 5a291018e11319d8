// One label a row or several: which metrics have a meaning, and what is wrong where a model is of the other kind than the rows.
import {
  metricNames,
  multiLabelNames,
  usualMetrics,
  usualMultiLabelMetrics,
  type AnyMetricName,
} from './metric-words.ts';

/** What is wrong with metrics for rows of a kind, or nothing. */
export function metricKindProblem(metrics: readonly string[], several: boolean) {
  const known: readonly string[] = several ? multiLabelNames : metricNames;
  const wrong = metrics.filter((name) => !known.includes(name));
  if (wrong.length === 0) return undefined;
  const rows = several ? 'lists of labels' : 'one label each';
  return {
    code: 'not-supported',
    message: `${wrong.map(quoted).join(', ')} ${wrong.length === 1 ? 'has' : 'have'} no meaning for these rows, which have ${rows}`,
    hint:
      !several && wrong[0] === 'micro_f1'
        ? 'of one label a row micro F1 is `accuracy`'
        : `the metrics of such rows are ${known.map(quoted).join(', ')}`,
  } as const;
}

/** The metrics that are measured where the program does not say; nothing where the kind of the rows is not known. */
export function usualFor(several: boolean | undefined): readonly AnyMetricName[] | undefined {
  if (several === undefined) return undefined;
  return several ? usualMultiLabelMetrics : usualMetrics;
}

/** `several`: of the rows. */
export function mixedKinds(several: boolean) {
  return several
    ? ({
        code: 'not-supported',
        message: 'the rows have lists of labels, and the model gives one label a text',
        hint: 'fit the model on rows of the same `load`',
      } as const)
    : ({
        code: 'not-supported',
        message: 'the rows have one label each, and the model gives a text any number of labels',
        hint: 'fit the model on rows with one label each, or measure it on rows with lists of labels',
      } as const);
}

function quoted(name: string): string {
  return `\`${name}\``;
}

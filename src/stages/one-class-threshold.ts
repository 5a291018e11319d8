// What the threshold of a model of normal rows is worth, in words: for the run, and for a report. Knows no rows.
import type { Check } from './evaluate-checks.ts';
import type { OneClassRecord } from './fine-tune-one-class.ts';
import { percent } from './percent.ts';

type Reach = Pick<OneClassRecord, 'quantile' | 'units' | 'reached'>;

export function thresholdNote(threshold: number, { quantile, units, reached }: Reach): string {
  const at = Number(threshold.toPrecision(4));
  if (reached)
    return `anomalous beyond a distance of ${at}: about ${percent(1 - quantile, 2)} of rows like these ${units} are expected to lie there`;
  const wanted = Math.ceil(quantile / (1 - quantile) - 1e-9);
  const more = Number.isFinite(wanted) ? `; for ${percent(1 - quantile, 2)} it takes ${wanted} of them` : '';
  return (
    `anomalous beyond a distance of ${at}, the largest that one of these ${units} normal rows has from the others: about ` +
    `${percent(1 / (units + 1), 2)} of normal rows are expected to lie beyond it${more}`
  );
}

/** Nothing where there are enough rows for the quantile. */
export function thresholdChecks({ quantile, units, reached }: Reach): readonly Check[] {
  if (reached) return [];
  return [
    {
      name: 'few_normal_rows',
      message:
        `the threshold is the largest distance of ${units} normal rows from the others: about ${percent(1 / (units + 1), 2)} of normal rows are ` +
        `expected to lie beyond it, and not ${percent(1 - quantile, 2)}`,
    },
  ];
}

// What a reader of a report should be wary of, found in the rows and the predictions. Pure.
import { percent } from './percent.ts';

export interface Check {
  readonly name: string;
  readonly message: string;
}

export interface Measured {
  readonly texts: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  readonly labels: readonly string[];
}

export async function wariness(measured: Measured): Promise<readonly Check[]> {
  const { normaliseText } = await import('../learning/identity.ts');
  return [...collapse(measured), ...repeatChecks(measured, normaliseText), ...absentLabels(measured)];
}

/** Share of the predictions above which one label swallows the others. */
const collapsedShare = 0.95;

function collapse({ truth, predicted, labels }: Measured): Check[] {
  const counts = countsOf(predicted, labels.length);
  const top = counts.indexOf(Math.max(...counts));
  const share = (counts[top] ?? 0) / predicted.length;
  const trueShare = (countsOf(truth, labels.length)[top] ?? 0) / truth.length;
  if (share <= collapsedShare || trueShare > collapsedShare) return [];
  return [
    {
      name: 'collapse',
      message: `${percent(share)} of the rows were given the label \`${labels[top]}\`, though ${percent(trueShare)} have it`,
    },
  ];
}

/** Rows that repeat others. */
export function repeatChecks(
  { texts, truth }: Pick<Measured, 'texts' | 'truth'>,
  identity: (text: string) => string,
): Check[] {
  const seen = new Map<string, number>();
  let repeated = 0;
  let contradicting = 0;
  texts.forEach((text, i) => {
    const key = identity(text);
    const label = seen.get(key);
    if (label === undefined) seen.set(key, truth[i] ?? 0);
    else {
      repeated += 1;
      if (label !== truth[i]) contradicting += 1;
    }
  });
  const checks: Check[] = [];
  if (repeated > 0)
    checks.push({
      name: 'duplicates',
      message: `${repeated} of ${texts.length} rows repeat the text of another one and count twice`,
    });
  if (contradicting > 0)
    checks.push({
      name: 'contradictions',
      message: `${contradicting} of ${texts.length} rows repeat the text of another one with another label: no model can have both right`,
    });
  return checks;
}

function absentLabels({ truth, labels }: Measured): Check[] {
  const absent = labels.filter((_, label) => !truth.includes(label));
  if (absent.length === 0) return [];
  const names = absent.map((label) => `\`${label}\``).join(', ');
  return [
    {
      name: 'absent_labels',
      message: `no row has the label ${names}: macro averages count it where predicted`,
    },
  ];
}

function countsOf(values: Int32Array, labels: number): number[] {
  const counts = new Array<number>(labels).fill(0);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

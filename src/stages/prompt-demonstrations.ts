// Demonstrations: labelled rows that are shown beside a row, so that the model sees what is asked. They are drawn from the rows a
// model is fitted on, and no row is its own demonstration.
import type { Matrix } from '../learning/matrix.ts';
import { labelIndices, texts, type Dataset } from './dataset.ts';
import type { OpenEncoder } from './model-source.ts';
import type { DemonstrationChoice } from './prompted.ts';
import { stepFailure } from './step-failure.ts';
import { mixedColumns, originalColumn } from './training-rows.ts';

/** Row numbers of the fitted rows: for each row that is asked, by label and then best first. */
export type Demonstrate = (rows: Dataset) => Promise<readonly (readonly number[])[]>;

/**
 * Rows that are copies of others, or mixed, demonstrate nothing. `nearest` compares the vectors of the bare texts. Throws
 * `Failure` where a label has too few rows.
 */
export async function demonstrationsOf(
  fitted: Dataset,
  { per_label: count, select: how, draw }: DemonstrationChoice,
  encode: OpenEncoder['encode'],
): Promise<Demonstrate> {
  const { normaliseText } = await import('../learning/identity.ts');
  const identitiesOf = (dataset: Dataset): readonly (readonly string[])[] => {
    const originals = dataset.columns.get(originalColumn) ?? [];
    return texts(dataset).map((text, i) => {
      const original = originals[i];
      return [text, ...(typeof original === 'string' ? [original] : [])].map(normaliseText);
    });
  };
  const own = identitiesOf(fitted);
  const byLabel = candidates(fitted, own);
  const short = fitted.labels.filter((_, label) => (byLabel[label]?.length ?? 0) <= count);
  if (short.length > 0) throw stepFailure(tooFewDemonstrations(short, count), 'from');
  const ranked = how === 'random' ? await inRandomOrder(byLabel, own, draw) : undefined;
  const vectors = ranked === undefined ? await encode(texts(fitted), () => undefined) : undefined;

  return async (rows) => {
    const asked = identitiesOf(rows);
    const order =
      vectors === undefined
        ? undefined
        : await orderByDistance(vectors, byLabel, await encode(texts(rows), () => undefined), count);
    return asked.map((identities, row) => {
      const isItself = (candidate: number): boolean =>
        own[candidate]?.some((identity) => identities.includes(identity)) ?? false;
      return byLabel.flatMap((_, label) => {
        const best = ranked?.[label] ?? order?.(row, label) ?? [];
        return best.filter((candidate) => !isItself(candidate)).slice(0, count);
      });
    });
  };
}

export function tooFewDemonstrations(labels: readonly string[], count: number) {
  const names = labels.map((label) => `\`${label}\``).join(', ');
  return {
    code: 'too-few-rows',
    message: `${count} demonstrations per label need ${count + 1} different rows of each label, and of ${names} there are fewer`,
    hint: 'no row is its own demonstration, so one more is needed: show fewer, or draw more training rows',
  } as const;
}

/** Rows of each label that can be shown: of equal texts the first. */
function candidates(fitted: Dataset, identities: readonly (readonly string[])[]): readonly number[][] {
  const isMixed = (row: number): boolean => (fitted.columns.get(mixedColumns.text)?.[row] ?? null) !== null;
  const labels = labelIndices(fitted);
  return fitted.labels.map((_, label) => {
    const seen = new Set<string>();
    return [...labels.keys()].filter((row) => {
      const [text = '', original] = identities[row] ?? [];
      if (labels[row] !== label || original !== undefined || isMixed(row) || seen.has(text)) return false;
      seen.add(text);
      return true;
    });
  });
}

/** An order by contents, the same wherever the rows stand. */
async function inRandomOrder(
  byLabel: readonly (readonly number[])[],
  identities: readonly (readonly string[])[],
  draw: readonly number[],
): Promise<readonly (readonly number[])[]> {
  const [{ createRandom }, { fingerprints, ranks }] = await Promise.all([
    import('../learning/random.ts'),
    import('../learning/sampling/ranks.ts'),
  ]);
  return byLabel.map((rows, label) => {
    const names = rows.map((row) => identities[row]?.[0] ?? '');
    const rank = ranks(fingerprints(names), createRandom('demonstrations', ...draw, label));
    return [...rows.keys()].sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0)).map((i) => rows[i] ?? 0);
  });
}

/** The candidates of a label that are nearest to a row, nearest first: two more than are shown, since a row may be a copy of one. */
async function orderByDistance(
  vectors: Matrix,
  byLabel: readonly (readonly number[])[],
  queries: Matrix,
  count: number,
): Promise<(row: number, label: number) => readonly number[]> {
  const [{ nearest }, { takeRows }] = await Promise.all([
    import('../learning/neighbours.ts'),
    import('../learning/matrix.ts'),
  ]);
  const orders = byLabel.map((candidates) =>
    nearest(takeRows(vectors, candidates), queries, count + 2, 'cosine').map((found) =>
      found.map(({ row }) => candidates[row] ?? 0),
    ),
  );
  return (row, label) => orders[label]?.[row] ?? [];
}

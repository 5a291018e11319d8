// What `cache` leaves open, found in the training rows. Knows no files.
import type { CacheChoice } from '../learning/heads/cache-choice.ts';
import type { Matrix } from '../learning/matrix.ts';
import { takeRows } from '../learning/matrix.ts';
import { createRandom } from '../learning/random.ts';
import { classesOf, labelIndices, select, type Dataset } from './dataset.ts';
import type { Method } from './fine-tune-method.ts';
import { rowKeys } from './row-keys.ts';

type CacheMethod = Extract<Method, { readonly name: 'cache' }>;

/** Of more rows as many are drawn, always the same: all are compared with all. */
const mostRows = 2000;

/** As many rows of each label as there are folds are left out one at a time; of more rows, some at a time. */
const mostFolds = 10;

/** Where too few rows can be left out: the paper's, and the usual temperature of prototypes. */
const usual = { alpha: 1, beta: 5.5, temperature: 0.1 } as const;

export function leavesCache(method: Method): method is CacheMethod {
  if (method.name !== 'cache') return false;
  const { alpha, beta, temperature } = method.arguments;
  return [alpha, beta, temperature].includes('auto');
}

/** `vectors` are of the rows, which have one label each. */
export async function decidedCache(
  method: CacheMethod,
  dataset: Dataset,
  vectors: Matrix,
  note: (text: string) => void,
): Promise<CacheMethod> {
  const [{ chosenCache }, { drawFolds }, { unitsOf }] = await Promise.all([
    import('../learning/heads/cache-choice.ts'),
    import('../learning/sampling/folds.ts'),
    import('../learning/sampling/units.ts'),
  ]);
  const some = createRandom('cache', dataset.rows)
    .shuffle(Array.from({ length: dataset.rows }, (_, i) => i))
    .slice(0, mostRows)
    .sort((a, b) => a - b);
  const rows = select(dataset, some);
  const units = unitsOf(await rowKeys(rows, rows.roles.group), true);
  const labels = labelIndices(rows);
  const labelCount = rows.labels.length;
  const least = Math.min(...classesOf(rows).map((one) => one.rows.length));
  const count = Math.max(2, Math.min(mostFolds, least));
  const folds = drawFolds({ units, labels, labelCount }, count, createRandom('cache folds', rows.rows));
  const given = method.arguments;
  const choice = chosenCache(takeRows(vectors, some), labels, folds, labelCount, given);
  note(choice === undefined ? fewNote : cacheNote(choice));
  return settledCache(method, choice ?? usual);
}

/** With the usual in the place of what is left open. */
export function usualCache(method: CacheMethod): CacheMethod {
  return settledCache(method, usual);
}

function settledCache(
  method: CacheMethod,
  { alpha, beta, temperature }: Pick<CacheChoice, 'alpha' | 'beta' | 'temperature'>,
): CacheMethod {
  const { arguments: given } = method;
  const settled = <T>(one: T | 'auto', found: T): T => (one === 'auto' ? found : one);
  return {
    ...method,
    arguments: {
      alpha: settled<number>(given.alpha, alpha),
      beta: settled<number>(given.beta, beta),
      temperature: settled<number>(given.temperature, temperature),
    },
  };
}

function cacheNote({ alpha, beta, temperature, loss, alone, rows }: CacheChoice): string {
  const short = (value: number): string => String(Number(value.toPrecision(3)));
  return (
    `alpha = ${alpha}, beta = ${beta} and temperature = ${temperature}, found by cross-validation in ${rows} training rows: ` +
    `loss ${short(loss)}, and ${short(alone)} by prototypes alone`
  );
}

const fewNote =
  'too few training rows have another of their label to be left out: alpha = 1 and beta = 5.5 where they are not given, as in the paper';

// Fits what `one_class` asks for on the vectors of normal rows: for the model, and on other vectors for what it is measured beside.
import type { OneClassFit } from '../learning/heads/one-class.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Dataset } from './dataset.ts';
import type { Method } from './fine-tune-method.ts';
import { tooFewNormal, type Needed } from './one-class-problems.ts';
import { leastNormal } from './one-class-rows.ts';
import { rowKeys } from './row-keys.ts';

export type OneClassArguments = Extract<Method, { readonly name: 'one_class' }>['arguments'];

export type NormalFit =
  | { readonly state: 'fitted'; readonly fit: OneClassFit; readonly units: number }
  | { readonly state: 'too few'; readonly problem: ReturnType<typeof tooFewNormal> };

export async function fitNormal(
  rows: Dataset,
  vectors: Matrix,
  { distance, prototypes, shrinkage, quantile }: OneClassArguments,
  signal: AbortSignal,
): Promise<NormalFit> {
  const { fitOneClass } = await import('../learning/heads/one-class.ts');
  const units = await unitsOfRows(rows, vectors);
  const count = new Set(units).size;
  const needed = [leastNormal, ...furtherNeeds({ distance, prototypes })].find(
    ({ rows: least }) => count < least,
  );
  if (needed !== undefined) return { state: 'too few', problem: tooFewNormal(count, needed) };
  const fit = fitOneClass(vectors, units, { distance, prototypes, shrinkage, quantile, signal });
  return { state: 'fitted', fit, units: count };
}

/** Rows that would be known from the others where they are left out: copies, rows of one group, and rows of one vector. */
async function unitsOfRows(rows: Dataset, { columns, data }: Matrix): Promise<Int32Array> {
  const { unitsOf } = await import('../learning/sampling/units.ts');
  const keys = await rowKeys(rows, rows.roles.group);
  const { of } = unitsOf(keys, true);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const identity = Array.from({ length: rows.rows }, (_, i) =>
    bytes.toString('latin1', 4 * i * columns, 4 * (i + 1) * columns),
  );
  return unitsOf({ identity, detail: () => '', source: of, group: undefined }, true).of;
}

function furtherNeeds({
  distance,
  prototypes,
}: Pick<OneClassArguments, 'distance' | 'prototypes'>): readonly Needed[] {
  if (distance !== 'mahalanobis' || prototypes === 1) return [];
  const why = `with ${prototypes} prototypes, about which \`mahalanobis\` looks for a spread,`;
  return [{ rows: 2 * prototypes, why }];
}

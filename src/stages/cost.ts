// Work that can be counted before it is done, so that a plan can say how much there is. Knows no stages.
import type { Static } from './artifact.ts';
import type { OptionValues, Options } from './option.ts';
import type { Statics } from './stage.ts';

export interface Cost {
  /** Nothing where it is not known before other steps have run. */
  readonly count: number | undefined;
  /** In the plural, with what is done to them. Equal units are added up over all steps. */
  readonly unit: string;
}

/** What a cost may depend on: the same that `check` knows, and what it gave. */
export interface CostContext<O extends Options> {
  readonly options: OptionValues<O>;
  readonly inputs: Statics;
  readonly outputs: Readonly<Record<string, Static>>;
}

export const rowsToRead = 'rows to read';
export const rowsToMake = 'rows to make';
/** By an encoder, into vectors; equal texts are encoded once. */
export const textsToEncode = 'texts to encode';
/** Through an encoder and back; each text as often as it takes part. */
export const textsToTrain = 'texts to train on';
export const fits = 'fits';

/** Of so many rows: of pairs that are read `apart` two each. */
export function textsIn(rows: number | undefined, apart: boolean | undefined): number | undefined {
  return rows && (apart === true ? 2 * rows : rows);
}

/** Of several datasets together; nothing where one of them is not known. Absent inputs have no rows. */
export function rowsOf(inputs: Statics, ...names: readonly string[]): number | undefined {
  let sum = 0;
  for (const name of names) {
    const dataset = inputs.dataset(name);
    if (dataset !== undefined && dataset.rows === undefined) return undefined;
    sum += dataset?.rows ?? 0;
  }
  return sum;
}

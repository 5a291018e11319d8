// What episodes of validation classes said of a `meta-learn` while it was trained: which step was kept, and the words for it. Pure.
import { lowest, type Measured } from '../learning/training/best-weights.ts';
import { percentTenths } from './percent.ts';

/** In `conv4.json`. */
export interface MetaValidation {
  /** In the order of the steps; `loss` and `accuracy` are means over episodes. */
  readonly measured: readonly Measured[];
  /** The step whose weights these are. */
  readonly step: number;
}

/** Nothing where nothing was measured. */
export function metaValidation(
  measured: readonly Measured[],
): { readonly record: MetaValidation; readonly note: string } | undefined {
  const [best, last] = [lowest(measured), measured.at(-1)];
  if (best === undefined || last === undefined) return undefined;
  const said = `on episodes of the validation classes ${percentTenths(best.accuracy)} of the queries are right`;
  return {
    record: { measured, step: best.step },
    note:
      best.step === last.step
        ? `the weights after the last step are kept: ${said}`
        : `the weights after step ${best.step} of ${last.step} are kept: ${said}, after the last ${percentTenths(last.accuracy)}`,
  };
}

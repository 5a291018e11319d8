// Rows that are pairs of texts: how a model reads them, and what is wrong where rows and model, or rows and a stage, do not go together.
import type { Dataset } from './dataset.ts';
import { trainsEncoder, type Method } from './fine-tune-method.ts';
import { stepFailure } from './step-failure.ts';

/** `together`: as one text, the way encoders are trained on pairs. `apart`: each text alone, and then features of the two vectors. */
export type PairReading = 'together' | 'apart';

export function arePairs({ roles }: Pick<Dataset, 'roles'>): boolean {
  return roles.second !== undefined;
}

/** How a model of this method reads pairs. */
export function pairReading(method: Method): PairReading {
  return trainsEncoder(method) ? 'together' : 'apart';
}

/** The same where rows are pairs. */
export function pairReadingOf(rows: Pick<Dataset, 'roles'>, method: Method): PairReading | undefined {
  return arePairs(rows) ? pairReading(method) : undefined;
}

interface Kind {
  readonly pairs?: boolean | undefined;
}

/** What is wrong with rows for a classifier that was fitted on the other kind. */
export function pairProblem(rows: Kind | undefined, model: Kind | undefined) {
  if (rows?.pairs === undefined || model?.pairs === undefined || rows.pairs === model.pairs) return undefined;
  return mismatch(model.pairs);
}

/** Throws `Failure` where rows are pairs and the model was fitted on single texts, or the other way round. */
export function checkSamePairs(rows: Dataset, pairs: boolean, at: string): void {
  if (arePairs(rows) !== pairs) throw stepFailure(mismatch(pairs), at);
}

/** `pairs`: of the model. */
function mismatch(pairs: boolean) {
  return pairs
    ? ({
        code: 'wrong-artifact',
        message: 'the model was fitted on pairs of texts, and these rows have one text each',
        hint: 'name both columns in `load`: `text: ["…", "…"]`',
      } as const)
    : ({
        code: 'wrong-artifact',
        message: 'these rows are pairs of texts, and the model was fitted on rows with one text each',
        hint: 'name one column in `load`, or fit the model on pairs',
      } as const);
}

/** `what` does not read pairs: a stage, a method, an option as it is written. */
export function noPairs(
  what: string,
  hint = 'name one column in `load`, or make one text of both: `text: "{a} {b}"`',
) {
  return {
    code: 'not-supported',
    message: `these rows are pairs of texts, which \`${what}\` does not read`,
    hint,
  } as const;
}

/** Throws `Failure` where rows are pairs. */
export function refusePairs(rows: Dataset, what: string, at: string): void {
  if (arePairs(rows)) throw stepFailure(noPairs(what), at);
}

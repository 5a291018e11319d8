// Rows to vectors: their texts as they are, or put before the encoder in the way of a prompt. What a model is fitted on and what
// it is asked later go through the same function.
import type { Matrix } from '../learning/matrix.ts';
import { bothTexts } from '../learning/text-pair.ts';
import { texts, type Dataset } from './dataset.ts';
import type { EncodeProgress, OpenEncoder } from './model-source.ts';
import { arePairs, checkSamePairs, type PairReading } from './pairs.ts';
import { openRendering, type Render } from './prompt-rows.ts';
import { asksForMask, type Prompt } from './prompted.ts';
import { stepFailure } from './step-failure.ts';

/** Rows to vectors [rows, width]. Shown as the progress of the step unless `progress` takes it. */
export type EncodeRows = (rows: Dataset, progress?: EncodeProgress) => Promise<Matrix>;

/** The texts, or the pictures, as they are; pairs of texts apart unless `pairs` says otherwise. */
export function plainRows(
  { encode, encodeImages }: Pick<OpenEncoder, 'encode' | 'encodeImages'>,
  pairs: PairReading = 'apart',
): EncodeRows {
  return async (rows, progress) => {
    if (rows.images !== undefined) return encodeImages(rows, progress);
    if (!arePairs(rows) || pairs === 'together') return encode(texts(rows), progress);
    const { pairFeatures } = await import('../learning/pair-features.ts');
    const { takeRows } = await import('../learning/matrix.ts');
    const both = texts(rows).map(bothTexts);
    const all = [...both.map(([first]) => first), ...both.map(([, second]) => second)];
    const told = progress && ((done: number, total: number) => progress(Math.floor(done / 2), total / 2));
    const vectors = await encode(all, told);
    const half = (from: number) =>
      takeRows(
        vectors,
        both.map((_, i) => from + i),
      );
    return pairFeatures(half(0), half(both.length));
  };
}

/** How the rows of a model are put before its encoder. */
export interface AsFitted {
  readonly prompt?: Prompt | undefined;
  /** There where they are pairs of texts. */
  readonly pairs?: PairReading | undefined;
}

/**
 * As the prompt says; demonstrations are drawn from `fitted`, the rows that the model is fitted on. The vector of a row is the
 * mean over the templates. Throws `Failure` where rows lack a column of a template, or a template does not fit.
 */
export function rowEncoder(
  encoder: OpenEncoder,
  { prompt, pairs }: AsFitted,
  fitted: () => Promise<Dataset>,
): EncodeRows {
  if (prompt === undefined) return plainRows(encoder, pairs);
  const encode = asksForMask(prompt) ? encoder.encodeMasks : encoder.encode;
  let rendering: Promise<Render> | undefined;
  return async (rows, progress) => {
    rendering ??= openRendering(encoder, prompt, fitted);
    const render = await rendering;
    const matrices: Matrix[] = [];
    for (const rendered of await render(rows)) matrices.push(await encode(rendered, progress));
    return meanOf(matrices);
  };
}

/**
 * Throws `Failure` where rows carry a prompt that is not the one of the model, which brings its own along, or where the one reads pairs and
 * the others are none.
 */
export function checkAsFitted(rows: Dataset, { prompt, pairs }: AsFitted, at: string): void {
  checkSamePairs(rows, pairs !== undefined, at);
  const question = (of: Prompt | undefined): string =>
    JSON.stringify([of?.templates, of?.label_templates, of?.words]);
  if (rows.prompt === undefined || question(rows.prompt) === question(prompt)) return;
  throw stepFailure(
    {
      code: 'wrong-artifact',
      message:
        prompt === undefined
          ? 'these rows carry a prompt, and the model was fitted on rows without one'
          : 'these rows carry another prompt than the rows the model was fitted on',
      hint: 'give the rows as they were before `prompt`: a model brings its prompt along',
    },
    at,
  );
}

function meanOf(matrices: readonly Matrix[]): Matrix {
  const [first, ...others] = matrices;
  if (first === undefined) throw new Error('a prompt without a template');
  if (others.length === 0) return first;
  const data = first.data.map(
    (value, i) => others.reduce((sum, matrix) => sum + (matrix.data[i] ?? 0), value) / matrices.length,
  );
  return { ...first, data };
}

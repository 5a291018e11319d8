// Rows that are pairs of texts: how a model reads them, and what is wrong where rows and model, or rows and a stage, do not go together.
import type { Dataset } from './dataset.ts';
import { trainsEncoder, type Method } from './fine-tune-method.ts';
import type { Finding } from './load-columns.ts';
import { word } from './option.ts';
import { stepFailure } from './step-failure.ts';

/** `together`: as one text, the way encoders are trained on pairs. `apart`: each text alone, and then features of the two vectors. */
export type PairReading = 'together' | 'apart';

export function arePairs({ roles }: Pick<Dataset, 'roles'>): boolean {
  return roles.second !== undefined;
}

export const pairsOption = word(
  {
    together:
      'both as one text, with the special tokens of the tokenizer between them, so that each word of one sees those of the other; what is too long is cut from the longer one',
    apart:
      'each text by itself, and then of their two vectors u and v the features |u - v|, u * v and their cosine; which text is the first makes no difference',
  },
  {
    doc:
      'Where rows are pairs of texts (`text: ["…", "…"]` of `load`): how the encoder reads them. Without it: `apart` where the encoder stays as it is, ' +
      '`together` where it is trained. `contrastive` and `cloze` without a `prompt` do not read pairs.',
  },
);

/** How a model of this method reads pairs, where rows are such; `asked` is what the program says. */
export function pairReadingOf(
  rows: Pick<Dataset, 'roles'>,
  method: Method,
  asked: PairReading | undefined,
): PairReading | undefined {
  return wherePairs(rows, readingOf(method, asked));
}

/** How rows are read, where they are pairs. */
export function wherePairs(rows: Pick<Dataset, 'roles'>, reading: PairReading): PairReading | undefined {
  return arePairs(rows) ? reading : undefined;
}

function readingOf(method: Method, asked: PairReading | undefined): PairReading {
  return asked ?? (trainsEncoder(method) ? 'together' : 'apart');
}

/** Before anything runs: whether the model reads the two texts of its rows apart; a prompt makes one text of both. */
export function readsApart(
  { pairs, prompt }: Kind & { readonly prompt?: unknown },
  method: Method,
  asked: PairReading | undefined,
): boolean | undefined {
  if (pairs === undefined) return undefined;
  return pairs && prompt === undefined && readingOf(method, asked) === 'apart';
}

/** What is wrong with the method, or with saying how pairs are read, for these rows. */
export function pairFindings(
  rows: Kind & { readonly prompt?: unknown },
  method: Method,
  asked: PairReading | undefined,
): readonly Finding[] {
  const finding = (at: string, problem: Finding['problem']): readonly Finding[] => [{ at, problem }];
  if (rows.pairs !== true)
    return rows.pairs === false && asked !== undefined
      ? finding('pairs', idle('these rows have one text each'))
      : [];
  if (rows.prompt !== undefined)
    return asked === undefined
      ? []
      : finding('pairs', idle('the `prompt` of the rows makes one text of both'));
  if (method.name !== 'contrastive') return [];
  return finding('method', {
    ...noPairs('contrastive'),
    hint: 'use `method: full`, whose encoder is trained on pairs, or `method: head`',
  });
}

function idle(why: string): Finding['problem'] {
  return {
    code: 'option-without-effect',
    message: `\`pairs\` changes nothing here: ${why}`,
    hint: 'remove `pairs`',
  };
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

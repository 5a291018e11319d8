// How many texts an encoder does not read to their end, and how that is told.
import { pairIn } from '../learning/text-pair.ts';
import { texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import type { OpenEncoder } from './model-source.ts';
import type { PairReading } from './pairs.ts';

/** For rows without a prompt: a template is filled so that it fits. */
export async function noteCutTexts(
  encoder: Encoder,
  rows: Dataset,
  note: (message: string) => void,
  pairs?: PairReading,
): Promise<void> {
  const message =
    rows.prompt === undefined ? await cutTextsMessage(encoder, readTexts(rows, pairs)) : undefined;
  if (message !== undefined) note(message);
}

/** For a report. */
export async function cutTextsCheck(
  encoder: Encoder,
  rows: Dataset,
  pairs?: PairReading,
): Promise<readonly Check[]> {
  const message = await cutTextsMessage(encoder, readTexts(rows, pairs));
  return message === undefined ? [] : [{ name: 'cut_texts', message }];
}

/** Texts as the encoder is given them: pairs that are read apart one by one. */
function readTexts(rows: Dataset, pairs: PairReading | undefined): readonly string[] {
  const all = texts(rows);
  return pairs === 'apart' ? all.flatMap((text) => pairIn(text) ?? [text]) : all;
}

interface Encoder {
  readonly tokenizer?: OpenEncoder['tokenizer'] | undefined;
}

/** Nothing where all are read whole. */
async function cutTextsMessage(
  { tokenizer }: Encoder,
  texts: readonly string[],
): Promise<string | undefined> {
  if (tokenizer === undefined) return undefined;
  const read = await tokenizer();
  const { maxTokens } = read;
  // A token is a byte or more, so that short texts need not be counted in tokens; a few tokens stand around every text.
  const isLong = (text: string): boolean =>
    Buffer.byteLength(text) + 8 > maxTokens && read.length(text) > maxTokens;
  const cut = texts.filter(isLong).length;
  if (cut === 0) return undefined;
  const [are, them] = cut === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${cut} of the ${texts.length} texts ${are} longer than the ${maxTokens} tokens that the encoder reads: the rest of ${them} is not seen`;
}

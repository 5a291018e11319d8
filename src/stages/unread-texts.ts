// How many texts an encoder does not read to their end or cannot spell, and how that is told.
import type { TextTokenizer } from '../learning/encoders/tokenizer.ts';
import { pairIn } from '../learning/text-pair.ts';
import { texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import type { OpenEncoder } from './model-source.ts';
import type { PairReading } from './pairs.ts';

/** For rows without a prompt: a template is filled so that it fits. */
export async function noteUnreadTexts(
  encoder: Encoder,
  rows: Dataset,
  note: (message: string) => void,
  pairs?: PairReading,
): Promise<void> {
  if (rows.prompt !== undefined) return;
  for (const { message } of await unreadTextsChecks(encoder, rows, pairs)) note(message);
}

/** For a report. */
export async function unreadTextsChecks(
  encoder: Encoder,
  rows: Dataset,
  pairs?: PairReading,
): Promise<readonly Check[]> {
  const tokenizer = await encoder.tokenizer?.();
  if (tokenizer === undefined) return [];
  const read = readTexts(rows, pairs);
  const found = { cut_texts: cutTexts(tokenizer, read), unknown_texts: unknownTexts(tokenizer, read) };
  return Object.entries(found).flatMap(([name, message]) =>
    message === undefined ? [] : [{ name, message }],
  );
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
function cutTexts(tokenizer: TextTokenizer, texts: readonly string[]): string | undefined {
  const { maxTokens } = tokenizer;
  // A token is a byte or more, so that short texts need not be counted in tokens; a few tokens stand around every text.
  const isLong = (text: string): boolean =>
    Buffer.byteLength(text) + 8 > maxTokens && tokenizer.length(text) > maxTokens;
  const cut = texts.filter(isLong).length;
  if (cut === 0) return undefined;
  const [are, them] = cut === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${cut} of the ${texts.length} texts ${are} longer than the ${maxTokens} tokens that the encoder reads: the rest of ${them} is not seen`;
}

/** Few such texts among many others are no reason to doubt the encoder. */
const mentionedFrom = 0.1;
/** Of more texts so many, evenly from the first to the last, say whether it is worth reading them all. */
const sampled = 1000;

/** Nothing where the encoder can spell most of the texts. */
function unknownTexts(tokenizer: TextTokenizer, texts: readonly string[]): string | undefined {
  const { unknown } = tokenizer;
  if (unknown === undefined) return undefined;
  const around = tokenizer.encode('').length;
  const isUnknown = (text: string): boolean => {
    if (/^\p{ASCII}*$/u.test(text)) return false; // every vocabulary has these characters
    // Texts of a pair one by one, as not every tokenizer can put both into one.
    const apart = pairIn(text) ?? [text];
    const ids = apart.flatMap((one) => tokenizer.encode(one));
    return 2 * ids.filter((id) => id === unknown.id).length > ids.length - apart.length * around;
  };
  if (texts.length > sampled) {
    const every = texts.length / sampled;
    const sample = Array.from({ length: sampled }, (_, i) => texts[Math.floor(i * every)] ?? '');
    if (sample.filter(isUnknown).length < (mentionedFrom / 2) * sampled) return undefined;
  }
  const many = texts.filter(isUnknown).length;
  if (many === 0 || many < mentionedFrom * texts.length) return undefined;
  return `${many} of the ${texts.length} texts ${many === 1 ? 'is' : 'are'} for the most part unknown to the tokenizer of the encoder (\`${unknown.token}\`): use a model that was made for such texts, or \`"builtin:ngrams"\`, which takes them as they are`;
}

// Texts that a sequence-to-sequence model makes of texts, in batches of about equal length.
import type { GenerationRules } from './generation-rules.ts';
import { nextToken, type Sampling } from './next-token.ts';
import { startDecoding, type SequenceFiles } from './sequence-model.ts';

export interface Asked {
  /** Tokens of the text that is read, with the special ones. */
  readonly ids: readonly number[];
  /** Without it the likeliest token is taken at every step. */
  readonly sampling: Sampling | undefined;
  /** In the place of what the files say. */
  readonly forcedFirst?: number | undefined;
}

export interface GenerateOptions {
  readonly signal: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

const batch = 16;

/** The tokens that come of each, from the first of the decoder on. Stops with `signal.reason` between steps. */
export async function generate(
  files: SequenceFiles,
  asked: readonly Asked[],
  rules: GenerationRules,
  { signal, progress }: GenerateOptions,
): Promise<readonly (readonly number[])[]> {
  const order = [...asked.keys()].sort((a, b) => lengthOf(asked[a]) - lengthOf(asked[b]) || a - b);
  const made: (readonly number[])[] = asked.map(() => []);
  progress?.(0, asked.length);
  for (let from = 0; from < order.length; from += batch) {
    const members = order.slice(from, from + batch);
    const texts = members.map((member) => asked[member]).filter((one) => one !== undefined);
    const tokens = await generateBatch(files, texts, rules, signal);
    members.forEach((member, i) => (made[member] = tokens[i] ?? []));
    progress?.(from + members.length, asked.length);
  }
  return made;
}

async function generateBatch(
  files: SequenceFiles,
  texts: readonly Asked[],
  rules: GenerationRules,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  signal.throwIfAborted();
  const decoding = await startDecoding(
    files,
    texts.map(({ ids }) => ids),
    rules,
  );
  const tokens = texts.map(() => [rules.start]);
  const most = texts.map(({ ids }) =>
    Math.min(rules.longest ?? Infinity, rules.places ?? Infinity, sensible(ids.length)),
  );
  const done = texts.map(() => false);
  for (let length = 1; done.some((one) => !one); length += 1) {
    signal.throwIfAborted();
    const scores = await decoding.next(tokens);
    texts.forEach(({ sampling, forcedFirst }, i) => {
      const own = tokens[i] ?? [];
      const limit = most[i] ?? 0;
      const first = forcedFirst ?? rules.forcedFirst;
      const token =
        done[i] === true
          ? rules.pad
          : nextToken(
              scores[i] ?? new Float32Array(),
              own,
              { ...rules, forcedFirst: first },
              limit,
              sampling,
            );
      own.push(token);
      if (done[i] !== true && (rules.ends.includes(token) || length + 1 >= limit)) {
        done[i] = true;
        most[i] = own.length;
      }
    });
  }
  return tokens.map((own, i) => own.slice(0, most[i]));
}

/** Tokens of a text that says about the same: a model that finds no end is not listened to for long. */
function sensible(read: number): number {
  return 16 + 2 * read;
}

function lengthOf(asked: Asked | undefined): number {
  return asked?.ids.length ?? 0;
}

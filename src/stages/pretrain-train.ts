// The training of `pretrain`: what is covered in its texts and learnt, and how well words that are covered in other texts are told before and
// after it.
import type { MaskedLanguage } from '../learning/encoders/masked-language.ts';
import type { Random } from '../learning/random.ts';
import type { MaskedScore } from '../learning/training/masked-language.ts';
import type { MaskedText } from '../learning/training/masked-texts.ts';
import type { Tuned } from '../learning/training/tune-net.ts';
import type { Artifact } from './artifact.ts';
import { folderOf } from './huggingface-source.ts';
import type { TrainingContext } from './model-source.ts';
import { pretrainPlan, type PretrainOptions } from './pretrain-options.ts';
import { stepFailure } from './step-failure.ts';
import type { TextTrainee } from './trainee.ts';
import { tuneFolder, type Aim, type TrainedEncoder } from './tune-folder.ts';

export interface PretrainRequest {
  /** A model folder. */
  readonly files: Artifact;
  readonly texts: readonly string[];
  /** Texts that nothing is learnt from. */
  readonly held: readonly string[];
  readonly options: PretrainOptions;
  readonly random: Random;
}

/** Of the texts held out. Losses are means over word pieces, in nats. */
export interface MaskedRecord {
  readonly texts: number;
  readonly pieces: number;
  readonly accuracy: number;
  readonly loss: number;
  /** Of the model as it came, where it had a head. */
  readonly before: { readonly accuracy: number; readonly loss: number } | null;
  /** By how often each piece stands in the texts of the training, and nothing else. */
  readonly frequencies: { readonly accuracy: number; readonly loss: number };
}

export interface Pretrained {
  readonly trained: TrainedEncoder;
  readonly masked: MaskedRecord | null;
}

export async function pretrainFolder(
  request: PretrainRequest,
  context: TrainingContext,
): Promise<Pretrained> {
  const { files, texts, options, random } = request;
  const plan = pretrainPlan(options);
  let masked: MaskedRecord | null = null;
  const trained = await tuneFolder(
    {
      files,
      maxLength: options.max_length,
      plan,
      texts,
      aim: async (text) => {
        if (text === undefined) throw new Error('a masked language model that reads no texts');
        return aimOf(request, text, context.signal, (record) => {
          masked = record;
        });
      },
      about: ['masked', options.masked],
      random,
    },
    context,
  );
  return { trained, masked };
}

async function aimOf(
  { files, texts, held, options, random }: PretrainRequest,
  { encoder, engine }: TextTrainee,
  signal: AbortSignal,
  told: (record: MaskedRecord) => void,
): Promise<Aim> {
  const [language, tuning, covering, { createRandom }, { numbersIn }, { tensorIn }] = await Promise.all([
    import('../learning/encoders/masked-language.ts'),
    import('../learning/training/masked-language.ts'),
    import('../learning/training/masked-texts.ts'),
    import('../learning/random.ts'),
    import('../learning/training/numbers-in.ts'),
    import('../learning/optimizers/optimizer.ts'),
  ]);
  const { tokenizer } = encoder;
  const mask = tokenizer.mask?.id;
  if (mask === undefined) throw stepFailure(withoutMask, 'model');
  const special = covering.specialTokens(tokenizer);
  const ids = texts.map((text) => tokenizer.encode(text));
  if (ids.every((text) => text.every((id) => special.has(id)))) throw stepFailure(withoutWords, 'from');
  const [vocabulary = 0] = tensorIn(encoder.weights, language.wordTable).shape;
  const shares = covering.logShares(covering.tokenCounts(ids, vocabulary, special));
  const own = await language.loadMaskedLanguage(folderOf(files), shares);
  const cover = covering.coverTexts(mask, special, options.masked);
  const plan = pretrainPlan(options);
  const seed = random.derive('masks').below(2 ** 32);
  const training = { texts: ids, mask, cover, size: plan.size, seed, words: plan.layers === 'all' };
  const objective = await tuning.maskedObjective(encoder, own, training);
  // A stream of its own, so that models of several seeds are asked for the same.
  const asked = held.map((text, i) => cover(tokenizer.encode(text), createRandom('held masks', i)));
  const score = (tuned: Tuned | undefined): Promise<MaskedScore> =>
    scoreOf(tuned, own, { encoder, asked, mask, size: plan.size, signal });
  let table: Float32Array | undefined;
  return {
    objective,
    stepsAPass: objective.stepsAPass,
    tune: async (settings) => {
      const before = own.found && asked.length > 0 ? await score(undefined) : undefined;
      const tuned = await tuning.tuneMasked(engine, encoder, own, training, objective, settings);
      if (asked.length > 0) told(recordOf(await score(tuned), before, asked, shares));
      const vector = tuned.head.get(tuning.maskVector);
      table = tuned.encoder.get(language.wordTable);
      if (vector !== undefined) {
        table = (await numbersIn(tensorIn(encoder.weights, language.wordTable))).slice();
        table.set(vector, mask * own.width);
      }
      return tuned;
    },
    files: (tuned) => {
      const head = new Map([...tuned.head].filter(([name]) => name !== tuning.maskVector));
      const changed = new Map(tuned.encoder);
      if (table !== undefined) changed.set(language.wordTable, table);
      return encoder.changedFiles(changed, own.beside(head, table));
    },
  };
}

interface Scoring {
  readonly encoder: TextTrainee['encoder'];
  readonly asked: readonly MaskedText[];
  readonly mask: number;
  readonly size: number;
  readonly signal: AbortSignal;
}

/** Before any training without `tuned`. */
async function scoreOf(
  tuned: Tuned | undefined,
  language: MaskedLanguage,
  { encoder, asked, mask, size, signal }: Scoring,
): Promise<MaskedScore> {
  const [tf, { scoreMasked }] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('../learning/training/masked-language.ts'),
  ]);
  const head = Object.entries(language.start).map(
    ([name, { shape, data }]) => [name, tf.tensor(tuned?.head.get(name) ?? data, [...shape])] as const,
  );
  const others = [...(tuned?.head ?? [])].filter(([name]) => !Object.hasOwn(language.start, name));
  const changed = [...(tuned?.encoder ?? []), ...others].map(
    ([name, data]) => [name, tf.tensor(data, encoder.weights[name]?.shape)] as const,
  );
  const own = Object.fromEntries([...head, ...changed]);
  try {
    const tensors = { ...encoder.weights, ...own };
    return await scoreMasked(encoder, language, asked, mask, tensors, { size, signal });
  } finally {
    tf.dispose(own);
  }
}

function recordOf(
  after: MaskedScore,
  before: MaskedScore | undefined,
  asked: readonly MaskedText[],
  shares: Float64Array,
): MaskedRecord {
  const figures = ({ hits, asked: pieces, loss }: MaskedScore) => ({
    accuracy: hits / Math.max(1, pieces),
    loss,
  });
  const ids = asked.flatMap((text) => text.asked.map(({ id }) => id));
  const commonest = shares.indexOf(shares.reduce((a, b) => Math.max(a, b), -Infinity));
  const loss = ids.reduce((sum, id) => sum - (shares[id] ?? 0), 0) / Math.max(1, ids.length);
  return {
    texts: asked.length,
    pieces: after.asked,
    ...figures(after),
    before: before === undefined ? null : figures(before),
    frequencies: figures({ hits: ids.filter((id) => id === commonest).length, asked: ids.length, loss }),
  };
}

const withoutMask = {
  code: 'wrong-artifact',
  message: 'the tokenizer of this model has no token for a masked word',
  hint: 'use a model whose `tokenizer_config.json` names a `mask_token`',
} as const;

const withoutWords = {
  code: 'empty-data',
  message: 'none of the texts has a word that could be covered',
} as const;

// Trains a masked language model (Devlin et al. 2019): the cross-entropy of the tokens under the masks of texts, of which each step draws
// others. Where the encoder is frozen its head alone is trained, with the vector of the mask: texts have none, so theirs stay as they are.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { MaskedLanguage } from '../encoders/masked-language.ts';
import { wordTable } from '../encoders/masked-language.ts';
import type { TrainableEncoder } from '../encoders/trainable.ts';
import type { Replaced, Weights } from '../encoders/bert.ts';
import { logSumExp } from '../losses/log-sum-exp.ts';
import { tensorIn, type Tensors } from '../optimizers/optimizer.ts';
import { createRandom } from '../random.ts';
import { passesOf } from './batches.ts';
import type { CoverText, MaskedText } from './masked-texts.ts';
import { numbersIn } from './numbers-in.ts';
import type { TextShape } from './shapes.ts';
import { stillLayers } from './still-states.ts';
import type { Batch } from './train.ts';
import { shapesOf } from './tune-encoder.ts';
import { tuneNet, type Net, type Objective, type Tuned, type TuneSettings } from './tune-net.ts';

/** The vector of the mask, where the table of words is not trained. */
export const maskVector = 'mask vector';

export interface MaskedTraining {
  /** Token ids of the texts. */
  readonly texts: readonly (readonly number[])[];
  readonly mask: number;
  readonly cover: CoverText;
  /** Texts of a step. */
  readonly size: number;
  /** Of the order of the texts, and of what is covered. */
  readonly seed: number;
  /** Whether the table of words is trained. */
  readonly words: boolean;
}

/** With the number of steps in which every text is read once. The caller disposes the weights. */
export async function maskedObjective(
  encoder: Pick<TrainableEncoder, 'weights'>,
  language: MaskedLanguage,
  { texts, mask, size, seed, words }: MaskedTraining,
): Promise<Objective & { readonly stepsAPass: number }> {
  const passes = passesOf({ rows: texts.length, size, seed });
  const start = Object.entries(language.start).map(
    ([name, { data, shape }]) => [name, tf.tensor(data, [...shape])] as const,
  );
  const table = await numbersIn(tensorIn(encoder.weights, wordTable));
  const row = table.slice(mask * language.width, (mask + 1) * language.width);
  return {
    stepsAPass: passes.perPass,
    weights: { ...Object.fromEntries(start), ...(!words && { [maskVector]: tf.tensor1d(row) }) },
    plan: passes.plan,
    inputs: () => ({}),
    loss: (vectors, tensors) => {
      const counts = tensorIn(tensors, 'counted');
      return tf.div(tf.sum(tf.mul(wordLosses(vectors, tensors, language), counts)), tf.sum(counts));
    },
  };
}

/** Throws `TrainingError` where the loss is no number. */
export async function tuneMasked(
  engine: Pick<Engine, 'capture'>,
  encoder: TrainableEncoder,
  language: MaskedLanguage,
  { texts, mask, cover, seed }: MaskedTraining,
  objective: Objective,
  settings: TuneSettings,
): Promise<Tuned> {
  const plan = objective.plan(settings.schedule.steps);
  const still = stillLayers(encoder, settings.trained);
  const shapes = shapesOf(plan, texts, encoder.tokenizer.maxTokens);
  const coveredIn = (step: number): readonly MaskedText[] => {
    const random = createRandom(seed, 'masks', step);
    return (plan[step - 1] ?? []).map((text) => cover(texts[text] ?? [], random));
  };
  // How many are asked in a step depends on the lengths of its texts alone, so the most of all steps is known before the first.
  const rooms = plan.map((_, i) => askedIn(coveredIn(i + 1)).length);
  const room = Math.max(1, ...new Set(rooms));
  const net: Net = {
    weights: encoder.weights,
    layers: encoder.layers,
    partOf: (name) => encoder.partOf(name),
    batch: (_, step) => {
      const shape = shapes[step - 1];
      if (shape === undefined) throw new RangeError(`no step ${step}`);
      return { inputs: maskedBatch(encoder, coveredIn(step), shape, room, mask), room };
    },
    vectors: (weights, batch, dropout) => ({
      vectors: language.vectors(weights, batch, asked(batch), {
        dropout,
        still,
        replaced: replacedIn(weights, batch),
      }),
    }),
    whole: async (changed) => changed,
  };
  return tuneNet(engine, net, plan, objective, settings);
}

/** How well masks are told: the mean loss of what is under them, and how often the most probable is it. */
export interface MaskedScore {
  readonly asked: number;
  readonly loss: number;
  readonly hits: number;
}

/** Of texts in runs of at most `size`. */
export async function scoreMasked(
  encoder: TrainableEncoder,
  language: MaskedLanguage,
  texts: readonly MaskedText[],
  mask: number,
  tensors: Tensors,
  { size, signal }: { readonly size: number; readonly signal: AbortSignal },
): Promise<MaskedScore> {
  const runs = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
    texts.slice(i * size, (i + 1) * size),
  );
  const shape: TextShape = {
    texts: size,
    places: Math.max(1, ...texts.map(({ ids }) => ids.length)),
    tokens: Math.max(1, ...runs.map((run) => run.reduce((sum, { ids }) => sum + ids.length, 0))),
  };
  const room = Math.max(1, ...runs.map((run) => askedIn(run).length));
  let [count, loss, hits] = [0, 0, 0];
  for (const run of runs) {
    signal.throwIfAborted();
    const wanted = askedIn(run);
    const [losses, best] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
      const host = Object.entries(maskedBatch(encoder, run, shape, room, mask));
      const batch = Object.fromEntries(
        host.map(([name, { data, type, shape: its }]) => [name, tf.tensor(data, [...its], type)]),
      );
      const all = { ...tensors, ...batch };
      const vectors = language.vectors(tensors, batch, asked(batch), {
        replaced: replacedIn(tensors, batch),
      });
      return [wordLosses(vectors, all, language), tf.argMax(logitsOf(vectors, all, language), -1)];
    });
    const [each, found] = [await losses.data(), await best.data()];
    tf.dispose([losses, best]);
    wanted.forEach(({ id }, i) => {
      count += 1;
      loss += each[i] ?? NaN;
      if (found[i] === id) hits += 1;
    });
  }
  return { asked: count, loss: loss / Math.max(1, count), hits };
}

/** What is under each mask of a step, with its place among all tokens. */
function askedIn(texts: readonly MaskedText[]): readonly { readonly place: number; readonly id: number }[] {
  let before = 0;
  return texts.flatMap(({ ids, asked: its }) => {
    const from = before;
    before += ids.length;
    return its.map(({ place, id }) => ({ place: from + place, id }));
  });
}

function maskedBatch(
  encoder: TrainableEncoder,
  texts: readonly MaskedText[],
  shape: TextShape,
  room: number,
  mask: number,
): Batch {
  const all = askedIn(texts);
  const [places, wanted] = [new Int32Array(room), new Int32Array(room)];
  const counted = new Float32Array(room);
  all.forEach(({ place, id }, i) => {
    places[i] = place;
    wanted[i] = id;
    counted[i] = 1;
  });
  const ids = texts.map((text) => text.ids);
  const where = new Float32Array(shape.tokens);
  ids.flat().forEach((id, token) => (where[token] = id === mask ? 1 : 0));
  return {
    ...encoder.pack(ids, shape),
    asked: { data: places, shape: [room], type: 'int32' },
    wanted: { data: wanted, shape: [room], type: 'int32' },
    counted: { data: counted, shape: [room], type: 'float32' },
    masks: { data: where, shape: [shape.tokens, 1], type: 'float32' },
  };
}

function asked(batch: Tensors): tf.Tensor1D {
  return tensorIn(batch, 'asked') as tf.Tensor1D; // its shape in `maskedBatch`
}

function replacedIn(weights: Weights, batch: Tensors): Replaced | undefined {
  const vector = weights[maskVector];
  if (vector === undefined) return undefined;
  // The shapes of `maskedBatch`, and of the weight as `maskedObjective` makes it.
  return { where: tensorIn(batch, 'masks') as tf.Tensor2D, vector: vector as tf.Tensor1D };
}

function logitsOf(vectors: tf.Tensor2D, tensors: Tensors, { biases }: MaskedLanguage): tf.Tensor {
  return tf.add(tf.matMul(vectors, tensorIn(tensors, wordTable), false, true), tensorIn(tensors, biases));
}

/** Of each vector, the cross-entropy of the token that is wanted. */
function wordLosses(vectors: tf.Tensor2D, tensors: Tensors, language: MaskedLanguage): tf.Tensor {
  const wanted = tensorIn(tensors, 'wanted');
  const own = tf.gather(tensorIn(tensors, wordTable), wanted); // [asked, width]
  const hit = tf.add(tf.sum(tf.mul(vectors, own), -1), tf.gather(tensorIn(tensors, language.biases), wanted));
  return tf.sub(logSumExp(logitsOf(vectors, tensors, language)), hit);
}

// What `distill` is told: its options, and what holds where a program says nothing. Knows no rows and no encoders.
import { either, float, int, list, share, word } from './option.ts';
import type { OptionValues } from './option.ts';
import { precisionOption } from './precision.ts';
import { planOf, trainingOptions, type TrainingPlan } from './trained-methods.ts';

const matches = {
  logits: "the teacher's scores of the labels, as probabilities at `temperature`",
  embeddings:
    'the vectors of the texts: their cosine, after a product that is learnt along where the widths differ or there are several teachers',
  hidden:
    'the states after each layer, as far up in the teacher: their mean square difference, after a product that is learnt along where the widths differ',
  attention: 'where the layers look: the mean square difference of the scores before their softmax',
} as const;

export type Match = keyof typeof matches;

const { train, steps, weight_decay, warmup, schedule } = trainingOptions;

/** Options of the training; nothing reads them where only a head is fitted. */
export const trainingOfStudents = {
  train: {
    ...train,
    doc:
      'Which part of the student is trained. Without it: `all` of one made by `encoder(…)`, where `match` asks for more than logits, or where ' +
      'another option of training is given, such as `epochs`; otherwise the `head`, and the encoder stays as it is.',
  },
  epochs: int({
    min: 1,
    doc: 'How often every row is learnt from. Without it and `steps`: 20, or as many as make 200 steps.',
  }),
  steps: { ...steps, doc: 'How many steps are made, in the place of `epochs`.' },
  batch_size: int({ min: 2, max: 4096, doc: 'How many texts a step learns from. Without it: 32.' }),
  learning_rate: float({ above: 0, doc: "The greatest rate of the encoder's weights. Without it: 1e-4." }),
  head_learning_rate: float({
    above: 0,
    doc: "The greatest rate of the weights on top: the classifier's, and those of products that are learnt along. Without it: 1e-2.",
  }),
  weight_decay,
  warmup,
  schedule,
  dropout: either(share({ doc: '', max: 1 }), float({ min: 0, max: 1, doc: '' }), {
    doc: 'The share of the states of the student that is left out at random while it is trained. Without it: 0.',
  }),
} as const;

export const distillOptions = {
  temperature: float({
    above: 0,
    default: 2,
    doc:
      'What log probabilities are divided by before teacher and student are compared. Above 1 the labels that the teacher ' +
      'finds improbable have more of a say.',
  }),
  alpha: either(share({ doc: '' }), float({ min: 0, max: 1, doc: '' }), {
    default: 0.1,
    doc:
      "Where `from` is labelled: how much its labels weigh, against the teacher's probabilities. With 0 they are not read, " +
      'and do not count in the label budget.',
  }),
  match: list(word(matches, { doc: '' }), {
    min: 1,
    distinct: true,
    doc:
      'What the student is to have in common with the teacher; the losses are added up. Without it: `logits` of classifiers, and also ' +
      '`embeddings` where the encoder is trained; `embeddings` of encoders. Without `logits` the student is an encoder too.',
  }),
  c: float({
    above: 0,
    default: 10,
    doc: 'Inverse strength of the penalty on the weights of the head. Smaller keeps closer to no opinion at all.',
  }),
  max_length: int({
    min: 4,
    max: 8192,
    doc: 'Tokens of a text that the student reads; the rest is cut off. Without it: what the model folder says.',
  }),
  ...trainingOfStudents,
  precision: precisionOption,
} as const;

export type DistillOptions = OptionValues<typeof distillOptions>;

export interface Situation {
  /** Whether all teachers are classifiers. */
  readonly classifiers: boolean;
  /** Whether the student is made by `encoder(…)`. */
  readonly made: boolean;
}

/** How many of the last layers of the encoder are trained; `head` where it stays as it is. */
export function trainedPart(
  options: DistillOptions,
  { classifiers, made }: Situation,
): 'head' | 'all' | number {
  const { train: asked, match } = options;
  if (asked !== undefined) return asked.name === 'layers' ? asked.arguments.count : asked.name;
  const more = match?.some((what) => what !== 'logits') ?? !classifiers;
  const settings = Object.keys(trainingOfStudents) as (keyof typeof trainingOfStudents)[];
  return made || more || settings.some((name) => options[name] !== undefined) ? 'all' : 'head';
}

export function matchOf(options: DistillOptions, situation: Situation): readonly Match[] {
  if (options.match !== undefined) return options.match;
  if (!situation.classifiers) return ['embeddings'];
  return trainedPart(options, situation) === 'head' ? ['logits'] : ['logits', 'embeddings'];
}

export function distillPlan(options: DistillOptions, layers: 'all' | number): TrainingPlan {
  const plan = planOf(options, { layers, how: 'weights', size: 32, rate: 1e-4, dropout: 0 });
  return { ...plan, smoothing: 0 };
}

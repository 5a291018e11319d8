// What `pretrain` is told: its options, and what holds where a program says nothing. Knows no rows and no encoders.
import { either, float, int, share } from './option.ts';
import type { OptionValues } from './option.ts';
import { precisionOption } from './precision.ts';
import { layersOf } from './trained-layers.ts';
import { planOf, trainingOptions, type TrainingPlan } from './trained-methods.ts';

const { train, steps, weight_decay, warmup, schedule } = trainingOptions;

const [passes, fewestSteps, size, rate, headRate] = [3, 200, 32, 5e-5, 1e-3];

export const pretrainOptions = {
  masked: either(share({ doc: '' }), float({ above: 0, max: 1, doc: '' }), {
    default: 0.15,
    doc: 'The share of the word pieces of a text that are covered by `[MASK]`, others in every pass; of each text at least one.',
  }),
  train: {
    ...train,
    doc:
      'Which part is trained; `all` where nothing is said. With `head` only the head for masked words and the vector of `[MASK]`, so vectors of ' +
      'texts stay as they are, to the bit.',
  },
  epochs: int({
    min: 1,
    doc: `How often every row is learnt from. Without it and \`steps\`: ${passes}, or as many as make ${fewestSteps} steps.`,
  }),
  steps: { ...steps, doc: 'How many steps are made, in the place of `epochs`.' },
  batch_size: int({ min: 2, max: 4096, doc: `How many texts a step learns from. Without it: ${size}.` }),
  learning_rate: float({
    above: 0,
    doc: "The greatest rate of the encoder's weights. Without it: 5e-5.",
  }),
  head_learning_rate: float({
    above: 0,
    doc: 'The greatest rate of the weights of the head. Without it: 1e-3.',
  }),
  weight_decay,
  warmup,
  schedule,
  dropout: either(share({ doc: '', max: 1 }), float({ min: 0, max: 1, doc: '' }), {
    doc: 'The share of the states of the encoder that is left out at random while it is trained. Without it: 0.',
  }),
  max_length: int({
    min: 4,
    max: 8192,
    doc: 'Tokens of a text that are read; the rest is cut off. Without it: what the model folder says.',
  }),
  precision: precisionOption,
} as const;

export type PretrainOptions = OptionValues<typeof pretrainOptions>;

export function pretrainPlan(options: PretrainOptions): TrainingPlan {
  const { train, epochs, head_learning_rate: given } = options;
  const layers = layersOf(train);
  const plan = planOf(options, { layers, how: 'weights', size, rate, dropout: 0 });
  const turns = { passes: epochs ?? passes, atLeast: epochs === undefined ? fewestSteps : 1 };
  return {
    ...plan,
    steps: options.steps === undefined ? turns : plan.steps,
    headRate: given ?? headRate,
    smoothing: 0,
  };
}

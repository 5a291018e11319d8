// The methods of `fine-tune` that train the encoder, and the options of the training: what is declared, and what holds where a program
// says nothing. Knows no encoders and no rows.
import type { LinearTraining } from '../learning/heads/linear.ts';
import type { Curve } from '../learning/optimizers/schedule.ts';
import type { Images } from './images.ts';
import { call, either, float, int, share, word } from './option.ts';
import type { CallOf, OptionValues } from './option.ts';
import { layersOf } from './trained-layers.ts';

const manyLabels = 10;

export const trainedMethods = {
  contrastive: {
    doc:
      'The encoder is trained until texts of one label are near each other and texts of others far (SetFit; Tunstall et al. 2022), then ' +
      'logistic regression is fitted on its vectors. The texts of a step are encoded once, and all pairs among them count. Of rows with ' +
      'several labels two texts are to be as near as the share of labels they have in common (`loss: cosine` alone knows that), and a ' +
      'linear support vector machine is fitted for each label.',
    arguments: {
      iterations: int({ min: 1, default: 10, doc: 'How often every row takes part in an epoch.' }),
      loss: word(
        {
          cosine: 'the squared error of the cosine of two vectors, against 1 for one label and 0 for two',
          supervised_contrastive:
            'of each text the cross-entropy of the others of its label among all others (Khosla et al. 2020)',
          triplet:
            'of each text how much farther the farthest of its label is than the nearest of another (Hermans et al. 2017)',
          multiple_negatives: 'of each pair of one label the cross-entropy among the pairs with other labels',
        },
        {
          doc: `What is made small. Without it: \`multiple_negatives\` of more than ${manyLabels} labels, else \`cosine\`, also of rows with several labels.`,
        },
      ),
      c: float({
        above: 0,
        doc: 'Of the classifier on top: inverse strength of the penalty. Without it: that which `head(kind: logistic)` chooses on the vectors as they were before training; of rows with several labels 1.',
      }),
    },
  },
  full: {
    doc:
      'The encoder is trained together with a classifier on top, to the cross-entropy of the labels. The classifier starts as the ' +
      'logistic regression on the vectors as they were.',
    arguments: {},
  },
  bitfit: {
    doc: 'As `full`, but of the encoder only the biases are trained (Ben Zaken et al. 2022).',
    arguments: {},
  },
  lora: {
    doc:
      'As `full`, but to each matrix for queries and values a product of two narrow ones is added, and only these are trained (Hu et al. ' +
      '2021). Afterwards they are added in, so the encoder is no larger.',
    arguments: { rank: int({ min: 1, max: 256, default: 8, doc: 'How narrow.' }) },
  },
} as const;

export type TrainedMethod = CallOf<typeof trainedMethods>;

type Contrastive = Extract<TrainedMethod, { readonly name: 'contrastive' }>;

/** With the loss that rows of so many labels, one each, are learnt with where nothing is said. */
export function withLoss({ name, arguments: given }: Contrastive, labels: number): Contrastive {
  const usual = labels > manyLabels ? 'multiple_negatives' : 'cosine';
  return { name, arguments: { ...given, loss: given.loss ?? usual } };
}

const rates = { contrastive: 6e-5, full: 2e-5, bitfit: 1e-3, lora: 1e-3 } as const;
/** Of nets of pictures, which are smaller. */
export const pictureRate = 1e-3;

const written = (value: number): string => (value < 0.1 ? value.toExponential() : String(value));
const unsaid = (values: Readonly<Record<TrainedMethod['name'], number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${written(value)} for \`${name}\``)
    .join(', ');

const proportion = (settings: { readonly doc: string }) =>
  either(share({ doc: '', max: 1 }), float({ min: 0, max: 1, doc: '' }), settings);

/** Where both are written. */
export const epochsBesideSteps = {
  code: 'option-without-effect',
  message: '`epochs` changes nothing here: `steps` decides how long the training is',
  hint: 'remove `epochs`',
} as const;

export const trainingOptions = {
  train: call(
    {
      all: { doc: 'Everything.', arguments: {} },
      head: { doc: 'Only what is on top of the encoder, which stays as it is.', arguments: {} },
      layers: {
        doc: 'The last layers of the encoder, and what is on top of it.',
        arguments: { count: int({ min: 1, required: true, doc: 'How many.' }) },
      },
    },
    { doc: 'Which part of the model is trained; the whole where nothing is said.' },
  ),
  epochs: int({
    min: 1,
    doc:
      'How often every row is learnt from. Without it and `steps`: 20, or as many as make 200 steps. For `contrastive` how often all its ' +
      '`iterations` are made, and 1 without it.',
  }),
  steps: int({ min: 1, doc: 'How many steps are made, in the place of `epochs` or `iterations`.' }),
  batch_size: int({
    min: 2,
    max: 4096,
    doc: `How many texts a step learns from. Without it: ${unsaid({ contrastive: 32, full: 8, bitfit: 8, lora: 8 })}.`,
  }),
  learning_rate: float({
    above: 0,
    doc: `The greatest rate of the encoder's weights. Without it: ${unsaid(rates)}; for pictures ${written(pictureRate)}.`,
  }),
  head_learning_rate: float({
    above: 0,
    doc: "The greatest rate of the classifier's weights. Without it: 1e-2.",
  }),
  weight_decay: float({
    min: 0,
    doc: 'How fast weights shrink by themselves, times the rate; biases and norms do not. Without it: 0.01.',
  }),
  warmup: proportion({ doc: 'The share of the steps over which the rate rises. Without it: 10 %.' }),
  schedule: word(
    {
      linear: 'down to 0 in a straight line',
      cosine: 'down to 0 along half a wave',
      constant: 'not at all',
    },
    { doc: 'How the rate falls after the warm-up. Without it: `linear`.' },
  ),
  dropout: proportion({
    doc: 'The share of the states of the encoder that is left out at random while it is trained. Without it: 10 %, and nothing where the texts of pairs are read apart.',
  }),
  label_smoothing: proportion({
    doc: 'The share of each label that is spread over all labels, so that the classifier grows less sure. Without it: 0.',
  }),
} as const;

export type TrainingOptions = OptionValues<typeof trainingOptions>;

/** How an encoder is trained, with nothing left open. */
export interface TrainingPlan {
  readonly layers: 'all' | number;
  readonly how: 'weights' | 'biases' | { readonly rank: number };
  /** Texts of a step, about. */
  readonly size: number;
  readonly steps: { readonly passes: number; readonly atLeast: number } | { readonly steps: number };
  readonly rate: number;
  readonly headRate: number;
  readonly weightDecay: number;
  readonly warmup: number;
  readonly curve: Curve;
  readonly dropout: number;
  readonly smoothing: number;
}

/** What the rows are. */
export type Seen = 'texts' | 'pictures';

export function seenIn({ images }: { readonly images?: Images | undefined }): Seen {
  return images === undefined ? 'texts' : 'pictures';
}

/** What holds where the options say nothing, and differs by what is trained. */
interface Unsaid extends Pick<TrainingPlan, 'layers' | 'how' | 'size' | 'rate' | 'dropout'> {
  /** Of an epoch, of which there is one. Without it 20 epochs of a pass, or as many as make 200 steps; both unless `epochs` says how many. */
  readonly passes?: number | undefined;
}

type SharedOptions = Omit<TrainingOptions, 'train' | 'label_smoothing'>;

export function planOf(options: Partial<SharedOptions>, unsaid: Unsaid): Omit<TrainingPlan, 'smoothing'> {
  const { steps, epochs } = options;
  const passes = unsaid.passes === undefined ? epochs : unsaid.passes * (epochs ?? 1);
  return {
    layers: unsaid.layers,
    how: unsaid.how,
    size: options.batch_size ?? unsaid.size,
    steps:
      steps === undefined ? { passes: passes ?? 20, atLeast: passes === undefined ? 200 : 1 } : { steps },
    rate: options.learning_rate ?? unsaid.rate,
    headRate: options.head_learning_rate ?? 1e-2,
    weightDecay: options.weight_decay ?? 0.01,
    warmup: options.warmup ?? 0.1,
    curve: options.schedule ?? 'linear',
    dropout: options.dropout ?? unsaid.dropout,
  };
}

/** `apart`: rows are pairs of texts whose two vectors are compared, of which dropout would take something else from each. */
export function trainingPlan(
  method: TrainedMethod,
  options: Partial<TrainingOptions>,
  seen: Seen,
  apart = false,
): TrainingPlan {
  const pairs = method.name === 'contrastive';
  const plan = planOf(options, {
    layers: layersOf(options.train),
    how: howOf(method),
    size: pairs ? 32 : 8,
    passes: pairs ? method.arguments.iterations : undefined,
    rate: seen === 'pictures' ? pictureRate : rates[method.name],
    dropout: apart ? 0 : 0.1,
  });
  return { ...plan, smoothing: options.label_smoothing ?? 0 };
}

/** Steps in all, where a pass over the rows takes so many. */
export function stepsOf({ steps }: TrainingPlan, stepsAPass: number): number {
  return 'steps' in steps ? steps.steps : Math.max(steps.atLeast, steps.passes * stepsAPass);
}

/** The settings of a training of so many steps that the plan decides. */
export function settingsOf(plan: TrainingPlan, steps: number) {
  const { rate, headRate, weightDecay, warmup, curve, dropout } = plan;
  const schedule = { curve, warmupSteps: Math.ceil(warmup * steps), steps };
  return { trained: plan, schedule, rate, headRate, weightDecay, dropout, clip: 1 };
}

/** How `head(kind: linear)` is trained: a step goes over all rows. */
export function layerTraining(options: Partial<TrainingOptions>): LinearTraining {
  const frozen = { layers: 0, how: 'weights', size: 0, rate: 0, dropout: 0 } as const;
  const plan = { ...planOf(options, frozen), smoothing: options.label_smoothing ?? 0 };
  const { schedule, headRate, weightDecay } = settingsOf(plan, stepsOf(plan, 1));
  return { schedule, rate: headRate, weightDecay, smoothing: plan.smoothing };
}

/** Options that `layerTraining` reads. */
export const layerOptions: readonly (keyof TrainingOptions)[] = [
  'epochs',
  'steps',
  'head_learning_rate',
  'weight_decay',
  'warmup',
  'schedule',
  'label_smoothing',
];

/** Texts of all steps together; nothing where the number of rows is not known. */
export function textsOfTraining(
  method: TrainedMethod,
  options: TrainingOptions,
  rows: number | undefined,
): number | undefined {
  if (rows === undefined) return undefined;
  const plan = trainingPlan(method, options, 'texts'); // steps are the same for pictures
  const stepsAPass =
    method.name === 'contrastive' ? Math.max(1, Math.round(rows / plan.size)) : Math.ceil(rows / plan.size);
  const steps = stepsOf(plan, Math.max(1, stepsAPass));
  return Math.round((steps / Math.max(1, stepsAPass)) * rows);
}

function howOf(method: TrainedMethod): TrainingPlan['how'] {
  switch (method.name) {
    case 'contrastive':
    case 'full':
      return 'weights';
    case 'bitfit':
      return 'biases';
    case 'lora':
      return { rank: method.arguments.rank };
    default:
      return method satisfies never;
  }
}

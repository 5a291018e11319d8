// Labels for any texts from a classifier artifact, with the training rows that are nearest: what `predict` writes into a
// dataset, and what the command shows for texts from the command line.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Artifact } from './artifact.ts';
import { learntRows, temperaturesOf } from './calibration.ts';
import { classify, inParts } from './classify.ts';
import { loadClassifier, type Classifier } from './classifier.ts';
import { labelIndices, labelSets, select, texts as textsOf, type Dataset } from './dataset.ts';
import type { EncodeProgress, ModelContext } from './model-source.ts';
import { idleOfOneClass } from './one-class-problems.ts';
import { checkAsFitted } from './row-encoder.ts';
import { severalRefusals } from './several-refusals.ts';
import { shownRows } from './shown-rows.ts';
import { stepFailure } from './step-failure.ts';

export interface TextPrediction {
  readonly text: string;
  readonly label: string;
  /** Of `label`, in [0, 1]. */
  readonly probability: number;
  /** The most probable labels, `label` first. */
  readonly top: readonly ScoredLabel[];
  /** Of a model that gives any number of labels: those that it gives, most probable first. */
  readonly given?: readonly ScoredLabel[];
  /** Of a model that knows normal rows alone: how far it is from them, and beyond which distance it is none of them. */
  readonly unlike?: { readonly distance: number; readonly threshold: number };
  /** The label is not probable enough to be given. */
  readonly abstained: boolean;
  /** The nearest training rows, nearest first. */
  readonly neighbours: readonly NearRow[];
}

export interface ScoredLabel {
  readonly label: string;
  readonly probability: number;
}

export interface NearRow {
  readonly text: string;
  /** Where training rows have several labels: all of them. */
  readonly label: string | readonly string[];
  /** Cosine of the vectors, in [-1, 1]. */
  readonly similarity: number;
}

export interface PredictSettings {
  /** How many labels; at least one is given. */
  readonly top: number;
  /** How many training rows; fewer where there are fewer. */
  readonly neighbours: number;
  /** The least probability of a label that is given; nothing where every text gets one. */
  readonly abstain?: number | undefined;
  /** Labelled rows to calibrate the probabilities on. */
  readonly calibrateOn?: Dataset | undefined;
}

/** Throws `Failure` where the artifact is no classifier, or its encoder cannot be opened. */
export async function predictTexts(
  model: Artifact,
  rows: Dataset,
  settings: PredictSettings,
  context: ModelContext,
): Promise<readonly TextPrediction[]> {
  const classifier = await loadClassifier(model, context);
  try {
    checkAsFitted(rows, classifier.description, 'from');
    if (classifier.description.threshold !== undefined) checkSeveralSettings(settings);
    if (classifier.description.one_class !== undefined) checkOneClassSettings(settings);
    const temperature = settings.calibrateOn && (await calibrated(classifier, settings.calibrateOn, context));
    const near = await nearRows(classifier, settings.neighbours);
    return await predictWith(classifier, rows, { ...settings, temperature, near }, (done, total) =>
      context.progress({ done, total, unit: 'rows' }),
    );
  } finally {
    await classifier.dispose();
  }
}

/** A classifier that stays loaded and answers one question after the other. */
export interface Predictor {
  /** With all labels in `top`. */
  predict(rows: Dataset): Promise<readonly TextPrediction[]>;
  /** What the stage calls a model of normal rows alone. */
  readonly oneClass: boolean;
}

/**
 * Answers as `predictTexts` does, from memory: vectors of what is asked are neither looked up nor kept on the disk. Its encoder is loaded and has
 * read a row when it is handed out. Throws `Failure` like `predictTexts`.
 */
export async function openPredictor(
  model: Artifact,
  settings: Pick<PredictSettings, 'top' | 'neighbours'>,
  context: ModelContext,
): Promise<Predictor> {
  const fitted = await loadClassifier(model, context);
  if (fitted.description.one_class !== undefined) checkOneClassSettings(settings);
  const near = await nearRows(fitted, settings.neighbours).finally(fitted.dispose);
  const classifier = await loadClassifier(model, { ...context, keepsVectors: false });
  const support = await classifier.support();
  if (support.rows > 0) await classifier.encodeRows(select(support, [0]), () => undefined);
  const all = { ...settings, top: classifier.labels.length, near };
  return {
    oneClass: classifier.description.one_class !== undefined,
    predict: async (rows) => {
      checkAsFitted(rows, classifier.description, 'from');
      return predictWith(classifier, rows, all, () => undefined);
    },
  };
}

/** Throws `Failure` where the model gives any number of labels and something was asked for that goes by one. */
function checkSeveralSettings({ abstain, calibrateOn }: PredictSettings): void {
  if (abstain !== undefined) throw stepFailure(severalRefusals.abstain, 'abstain');
  if (calibrateOn !== undefined) throw stepFailure(severalRefusals.calibrate_on, 'calibrate_on');
}

/** Throws `Failure` where the model knows normal rows alone and something was asked for that goes by labels. */
function checkOneClassSettings({ top, abstain, calibrateOn }: PredictSettings): void {
  if (top > 1) throw stepFailure(idleOfOneClass('top'), 'top');
  if (abstain !== undefined) throw stepFailure(idleOfOneClass('abstain'), 'abstain');
  if (calibrateOn !== undefined) throw stepFailure(idleOfOneClass('calibrate_on'), 'calibrate_on');
}

/** The temperature that fits the rows; told in a note. */
async function calibrated(
  classifier: Classifier,
  rows: Dataset,
  { note }: Pick<ModelContext, 'note'>,
): Promise<number> {
  const [temperature = 1] = await temperaturesOf(
    classifier,
    (asked, progress) => classify(classifier, [classifier.head], asked, progress),
    rows,
  );
  note(`calibrated at temperature ${Number(temperature.toPrecision(3))}, fitted on ${rows.rows} rows`);
  for (const { message } of await learntRows(rows, await classifier.consumed())) note(message);
  return temperature;
}

async function predictWith(
  classifier: Classifier,
  rows: Dataset,
  {
    top,
    abstain = 0,
    temperature = 1,
    near,
  }: Pick<PredictSettings, 'top' | 'abstain'> & {
    readonly temperature?: number | undefined;
    readonly near: FindNear | undefined;
  },
  progress: EncodeProgress,
): Promise<readonly TextPrediction[]> {
  const [{ headProbabilities }, { atTemperature }, { oneClassDistances }] = await Promise.all([
    import('../learning/heads/probabilities.ts'),
    import('../learning/temperature.ts'),
    import('../learning/heads/one-class.ts'),
  ]);
  const { encodeRows, head } = classifier;
  const { threshold } = classifier.description;
  const texts = textsOf(rows);
  const predictions: TextPrediction[] = [];
  await inParts(rows, progress, encodeRows, (vectors, start) => {
    const probabilities = atTemperature(headProbabilities(head, vectors), head.labels, temperature);
    const unlike = head.kind === 'one-class' ? oneClassDistances(head, vectors) : undefined;
    const nearest = near?.(vectors);
    for (let i = 0; i < vectors.rows; i += 1) {
      const all = mostProbable(head, classifier.labels, probabilities, i);
      const scored = all.slice(0, top);
      const [first = { label: '', probability: 0 }] = scored;
      predictions.push({
        text: texts[start + i] ?? '',
        ...first,
        top: scored,
        ...(threshold !== undefined && { given: all.filter((one) => one.probability >= threshold) }),
        ...(unlike !== undefined && {
          label: classifier.labels[(unlike.distances[i] ?? 0) > unlike.threshold ? 1 : 0] ?? '',
          unlike: { distance: unlike.distances[i] ?? NaN, threshold: unlike.threshold },
        }),
        abstained: first.probability < abstain,
        neighbours: nearest?.[i] ?? [],
      });
    }
  });
  return predictions;
}

/** Labels of one row by falling probability; of equal ones in label order. */
function mostProbable(
  head: Head,
  labels: readonly string[],
  probabilities: Float64Array,
  row: number,
): ScoredLabel[] {
  return labels
    .map((label, i) => ({ label, probability: probabilities[row * head.labels + i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
}

/** Of each row of vectors, the training rows nearest to it. */
type FindNear = (vectors: Matrix) => NearRow[][];

/** Nothing where none are wanted. */
async function nearRows({ encodeRows, support }: Classifier, count: number): Promise<FindNear | undefined> {
  if (count === 0) return undefined;
  const { nearest } = await import('../learning/neighbours.ts');
  const rows = firstOfEach(await support());
  if (rows.rows === 0) return ({ rows: asked }) => Array.from({ length: asked }, () => []);
  const shown = shownRows(rows);
  const labels = rows.multiLabel ? labelSets(rows) : [...labelIndices(rows)];
  const nameOf = (label: number): string => rows.labels[label] ?? '';
  const labelOf = (row: number): string | readonly string[] => {
    const own = labels[row] ?? [];
    return typeof own === 'number' ? nameOf(own) : own.map(nameOf);
  };
  const searched = await encodeRows(rows, () => undefined);
  return (vectors) =>
    nearest(searched, vectors, count, 'cosine').map((found) =>
      found.map(({ row, distance }) => ({
        text: shown[row] ?? '',
        label: labelOf(row),
        similarity: 1 - distance,
      })),
    );
}

/** Of the copies of one row the first, which is the row itself where it was kept: copies explain nothing twice. */
function firstOfEach(support: Dataset): Dataset {
  const seen = new Set<number>();
  const first = [...support.source.keys()].filter((i) => {
    const source = support.source[i] ?? i;
    if (seen.has(source)) return false;
    seen.add(source);
    return true;
  });
  return select(support, first);
}

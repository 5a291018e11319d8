// Asks by paired cross-validation in the training rows whether texts of the labels' names help: the same folds with and without them, by
// logistic regression on the vectors of the encoder as it is. Knows no methods and no files.
import type { Matrix } from '../learning/matrix.ts';
import type { Random } from '../learning/random.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { fitHead, plainHead } from './fine-tune-method.ts';
import { namesSpeak, type ExtraTexts } from './label-texts.ts';
import type { SourcedEncoder } from './model-source.ts';
import { rowEncoder } from './row-encoder.ts';
import { rowKeys } from './row-keys.ts';
import { trainingRows, type TrainingRows } from './training-rows.ts';

/** Mean negative log probabilities of the true labels, over rows that were held out. */
export interface LabelGate {
  readonly folds: number;
  readonly repeats: number;
  readonly with_texts: number;
  readonly without_texts: number;
  readonly kept: boolean;
}

/** Why it was not asked. */
export interface NotAsked {
  readonly why: 'names are no words' | 'too few rows';
}

/** In the description of a model: the templates that were learnt, and how they were decided on; null where the program said so. */
export interface NamedRecord {
  readonly templates: readonly string[];
  readonly gate: LabelGate | NotAsked | null;
}

const folds = 4;
const repeats = 5;
/** They are left out where the loss rises by more than this share: of few rows it is told badly, and names mostly help. */
const most = 0.05;

interface GateSettings {
  readonly random: Random;
  readonly signal: AbortSignal;
}

export async function gateLabelTexts(
  dataset: Dataset,
  extra: ExtraTexts,
  encoder: SourcedEncoder,
  { random, signal }: GateSettings,
): Promise<LabelGate | NotAsked> {
  if (!namesSpeak(dataset.labels)) return { why: 'names are no words' };
  const [{ drawFolds }, { unitsOf }] = await Promise.all([
    import('../learning/sampling/folds.ts'),
    import('../learning/sampling/units.ts'),
  ]);
  const units = unitsOf(await rowKeys(dataset, dataset.roles.group), true);
  const labels = labelIndices(dataset);
  const labelCount = dataset.labels.length;
  if (units.keys.length < 2 * folds || !eachTwice(units.of, labels, labelCount))
    return { why: 'too few rows' };
  const own = await trainingRows(
    dataset,
    rowEncoder(encoder, { prompt: dataset.prompt }, async () => dataset),
  );
  const named = await encoder.encode(extra.texts, () => undefined);
  const further = { vectors: named, labels: extra.labels };
  const sums = { with: 0, without: 0 };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const fold = drawFolds({ units, labels, labelCount }, folds, random.derive(repeat));
    for (const variant of ['with', 'without'] as const)
      sums[variant] += await heldOutLoss(own, variant === 'with' ? further : undefined, labels, fold, {
        labelCount,
        signal,
      });
  }
  const [withTexts, withoutTexts] = [sums.with / repeats, sums.without / repeats];
  return {
    folds,
    repeats,
    with_texts: withTexts,
    without_texts: withoutTexts,
    kept: withTexts <= (1 + most) * withoutTexts,
  };
}

/** Where rows are too few to ask, names mostly say more than the rows do. */
export function keepsNames(gate: LabelGate | NotAsked): boolean {
  return 'why' in gate ? gate.why === 'too few rows' : gate.kept;
}

export function gateNote(gate: LabelGate | NotAsked): string {
  if ('why' in gate)
    return gate.why === 'names are no words'
      ? "texts of the labels' names were not tried: the names are no words. Say what they stand for with `label_names` of `load`"
      : "texts of the labels' names are learnt too, unasked: there are too few rows for a cross-validation. If the names are codes and no words, `label_template: none` leaves them out";
  const { with_texts: yes, without_texts: no, kept } = gate;
  return `texts of the labels' names ${kept ? 'are learnt too' : 'are left out'}: held-out loss ${figure(yes)} with them, ${figure(no)} without`;
}

/** Whether of each label there are two units, one to learn and one to ask. */
function eachTwice(units: Int32Array, labels: Int32Array, labelCount: number): boolean {
  const of = Array.from({ length: labelCount }, () => new Set<number>());
  labels.forEach((label, row) => of[label]?.add(units[row] ?? row));
  return of.every(({ size }) => size > 1);
}

async function heldOutLoss(
  rows: TrainingRows,
  further: { readonly vectors: Matrix; readonly labels: Int32Array } | undefined,
  labels: Int32Array,
  fold: Int32Array,
  { labelCount, signal }: { readonly labelCount: number; readonly signal: AbortSignal },
): Promise<number> {
  const [{ stacked, takeRows }, { takeTargets, withLabels }, { headProbabilities }] = await Promise.all([
    import('../learning/matrix.ts'),
    import('../learning/targets.ts'),
    import('../learning/heads/probabilities.ts'),
  ]);
  let loss = 0;
  for (let at = 0; at < folds; at += 1) {
    const learnt = [...fold.keys()].filter((row) => fold[row] !== at);
    const asked = [...fold.keys()].filter((row) => fold[row] === at);
    if (asked.length === 0) continue;
    const vectors = takeRows(rows.vectors, learnt);
    const targets = takeTargets(rows.targets, labelCount, learnt);
    const head = await fitHead(
      further === undefined ? vectors : stacked(vectors, further.vectors),
      further === undefined ? targets : withLabels(targets, labelCount, further.labels),
      labelCount,
      plainHead,
      { classWeights: 'none', signal },
    );
    const said = headProbabilities(head, takeRows(rows.vectors, asked));
    asked.forEach((row, i) => {
      loss -= Math.log(Math.max(1e-15, said[i * labelCount + (labels[row] ?? 0)] ?? 0));
    });
  }
  return loss / labels.length;
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

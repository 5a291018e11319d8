// Asks by paired cross-validation whether copies help: the same folds with and without them, always measured on rows that
// are no copies, by heads that have learnt neither them nor a copy of them.
import type { Matrix } from '../learning/matrix.ts';
import type { Random } from '../learning/random.ts';
import type { Targets } from '../learning/targets.ts';
import { arrange, entriesOf, type Copy } from './augment-copies.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { fitHead, plainHead } from './fine-tune-method.ts';
import type { EncodeRows } from './row-encoder.ts';
import { stepFailure } from './step-failure.ts';
import { mixedColumns, originalColumn, trainingRows } from './training-rows.ts';

export interface GateSettings {
  readonly folds: number;
  readonly repeats: number;
  /** Whether rows are learnt beside their copies; a row without copies always is. */
  readonly keepOriginal: boolean;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** What `gate.json` holds. */
export interface GateReport {
  readonly metric: 'macro_f1';
  readonly folds: number;
  readonly repeats: number;
  /** Means over the repeats. */
  readonly with_copies: number;
  readonly without_copies: number;
  /** With minus without, of each repeat. */
  readonly differences: readonly number[];
  /** The copies are used where they help on average. */
  readonly kept: boolean;
}

/** Folds are stratified, and drawn anew for each repeat. Throws `Failure` where a label has fewer than two rows. */
export async function gateCopies(
  dataset: Dataset,
  copies: readonly Copy[],
  encode: EncodeRows,
  settings: GateSettings,
): Promise<GateReport> {
  checkEnough(dataset);
  const rows = await gateRows(dataset, copies, encode);
  const { metrics } = await import('../learning/metrics/metrics.ts');
  const { folds, repeats } = settings;
  const figures = { with: [] as number[], without: [] as number[] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const fold = drawFolds(rows, folds, settings.random.derive(repeat));
    for (const variant of ['with', 'without'] as const) {
      const yPred = await crossPredict(rows, fold, variant === 'with', settings);
      const { measured } = rows;
      figures[variant].push(
        metrics.macro_f1.compute({
          yTrue: Int32Array.from(measured, (i) => rows.truth[i] ?? 0),
          yPred: Int32Array.from(measured, (i) => yPred[i] ?? 0),
          labels: rows.labels,
        }),
      );
    }
    settings.progress(repeat + 1, repeats);
  }
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = figures.with.map((value, i) => value - (figures.without[i] ?? NaN));
  return {
    metric: 'macro_f1',
    folds,
    repeats,
    with_copies: mean(figures.with),
    without_copies: mean(figures.without),
    differences,
    kept: mean(differences) > 0,
  };
}

/** The rows with all their copies, as a head is fitted on them. */
interface GateRows {
  readonly vectors: Matrix;
  readonly targets: Targets;
  /** Label number of each row. */
  readonly truth: Int32Array;
  readonly labels: number;
  /** Rows of equal numbers stay on one side of a fold: copies with their row. */
  readonly source: Int32Array;
  /** Of a mixed row the source of the other row in it. */
  readonly otherSource: readonly (number | undefined)[];
  /** `learnt`: with and without the new copies, but never measured on. */
  readonly part: readonly ('row' | 'learnt' | 'copy')[];
  /** Rows that have new copies. */
  readonly copied: ReadonlySet<number>;
  /** The rows of the part `row`. */
  readonly measured: readonly number[];
}

async function gateRows(dataset: Dataset, copies: readonly Copy[], encode: EncodeRows): Promise<GateRows> {
  const order = arrange(dataset.rows, copies, true).filter(
    (entry) => typeof entry !== 'number' || !isMixed(dataset, entry),
  );
  const all = entriesOf(dataset, order);
  const part = order.map((entry) => {
    if (typeof entry !== 'number') return 'copy';
    return isEarlierCopy(dataset, entry) ? 'learnt' : 'row';
  });
  const copied = new Set(copies.map(({ row }) => row));
  return {
    ...(await trainingRows(all, encode)),
    truth: labelIndices(all),
    labels: dataset.labels.length,
    source: all.source,
    otherSource: order.map((entry) =>
      typeof entry === 'number' || entry.mixed === undefined ? undefined : dataset.source[entry.mixed.row],
    ),
    part,
    copied: new Set(order.flatMap((entry, i) => (typeof entry === 'number' && copied.has(entry) ? [i] : []))),
    measured: [...part.keys()].filter((i) => part[i] === 'row'),
  };
}

/** Mixed by an earlier `augment`: which row it was mixed with is not known, so it may be one that is held back. */
function isMixed(dataset: Dataset, row: number): boolean {
  return (dataset.columns.get(mixedColumns.text)?.[row] ?? null) !== null;
}

function isEarlierCopy(dataset: Dataset, row: number): boolean {
  return (dataset.columns.get(originalColumn)?.[row] ?? null) !== null;
}

function checkEnough(dataset: Dataset): void {
  const sources = dataset.labels.map(() => new Set<number>());
  labelIndices(dataset).forEach((label, row) => {
    if (!isEarlierCopy(dataset, row)) sources[label]?.add(dataset.source[row] ?? row);
  });
  const few = dataset.labels.filter((_, label) => (sources[label]?.size ?? 0) < 2);
  if (few.length === 0 && dataset.labels.length > 1) return;
  throw stepFailure(
    {
      code: 'too-few-rows',
      message:
        few.length > 0
          ? `\`gate: cv\` holds rows back to measure on, so it needs two of every label; of ${few.map((label) => `\`${label}\``).join(', ')} there are fewer`
          : '`gate: cv` needs at least two labels to tell apart',
      hint: 'bring more rows, or remove `gate`',
    },
    'gate',
  );
}

/** Label number predicted for each row that is no copy, by a head that has not seen its fold. */
async function crossPredict(
  rows: GateRows,
  fold: ReadonlyMap<number, number>,
  withCopies: boolean,
  settings: GateSettings,
): Promise<Int32Array> {
  const [{ headProbabilities, mostProbable }, { takeRows }, { takeTargets }] = await Promise.all([
    import('../learning/heads/probabilities.ts'),
    import('../learning/matrix.ts'),
    import('../learning/targets.ts'),
  ]);
  const predicted = new Int32Array(rows.source.length);
  const foldOf = (source: number | undefined): number | undefined =>
    source === undefined ? undefined : fold.get(source);
  for (let held = 0; held < settings.folds; held += 1) {
    const isHeld = (i: number): boolean =>
      foldOf(rows.source[i]) === held || foldOf(rows.otherSource[i]) === held;
    const isLearnt = (i: number): boolean => {
      if (rows.part[i] === 'copy') return withCopies;
      return rows.part[i] === 'learnt' || !withCopies || settings.keepOriginal || !rows.copied.has(i);
    };
    const learnt = [...rows.part.keys()].filter((i) => !isHeld(i) && isLearnt(i));
    const asked = rows.measured.filter(isHeld);
    if (asked.length === 0) continue;
    const head = await fitHead(
      takeRows(rows.vectors, learnt),
      takeTargets(rows.targets, rows.labels, learnt),
      rows.labels,
      plainHead,
      { classWeights: 'none', signal: settings.signal },
    );
    const labels = mostProbable(headProbabilities(head, takeRows(rows.vectors, asked)), rows.labels);
    asked.forEach((i, k) => (predicted[i] = labels[k] ?? 0));
  }
  return predicted;
}

/** Fold of each source: of every label about the same number in each fold. */
function drawFolds(rows: GateRows, folds: number, random: Random): ReadonlyMap<number, number> {
  const fold = new Map<number, number>();
  for (let label = 0; label < rows.labels; label += 1) {
    const sources = new Set(
      rows.measured.filter((i) => rows.truth[i] === label).map((i) => rows.source[i] ?? i),
    );
    const offset = random.below(folds); // else the first folds would get the odd rows of every label
    random.shuffle([...sources]).forEach((source, k) => fold.set(source, (k + offset) % folds));
  }
  return fold;
}

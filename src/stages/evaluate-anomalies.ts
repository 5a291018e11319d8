// `evaluate` of a model that knows normal rows alone: how well its distances and its threshold tell others from them. Reads and writes the files of that.
// Knows the same inputs and options as `evaluate`, of which it refuses those that have no meaning here.
import type { Head } from '../learning/heads/head.ts';
import type { Judged } from './anomaly-figures.ts';
import { anomalyReport } from './anomaly-report.ts';
import type { Artifact } from './artifact.ts';
import { anomaliesFile } from './anomalies-file.ts';
import { builtinOf } from './builtin-model.ts';
import { loadClassifier, type Classifier } from './classifier.ts';
import { classesOf, labelIndices, select, type Dataset } from './dataset.ts';
import { unreadTextsChecks } from './unread-texts.ts';
import type { Check } from './evaluate-checks.ts';
import { checkJudgement, type EvaluateOptions } from './evaluate-known.ts';
import { resolveOverlap, type Overlap } from './evaluate-overlap.ts';
import type { OneClassRecord } from './fine-tune-one-class.ts';
import { sightProblem } from './image-source.ts';
import { checkLabelledTexts, severalLabels } from './labelled-texts.ts';
import { anomalyNames, type AnomalyName } from './metric-words.ts';
import { writeMissed, type Missed } from './missed-pictures.ts';
import { openNgrams, openPixels, type ModelContext } from './model-source.ts';
import { fitNormal } from './one-class-fit.ts';
import { idleOfOneClass, nothingNormal, otherMetric } from './one-class-problems.ts';
import { checkAsFitted, plainRows, type EncodeRows } from './row-encoder.ts';
import type { CheckContext, RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

const withoutMeaning = ['abstain', 'out_of_scope', 'calibrate_on'] as const;

/** What is wrong before anything runs. */
export function checkAnomalies(
  options: EvaluateOptions,
  { given, inputs, report, leak }: Pick<CheckContext<never>, 'given' | 'inputs' | 'report' | 'leak'>,
): readonly string[] {
  const dataset = inputs.dataset('on');
  const model = inputs.model('model');
  if (dataset?.labelled === false)
    report('on', {
      code: 'needs-labels',
      message: '`evaluate` compares with labels, and these rows have none',
      hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
    });
  if (dataset?.multi_label === true) report('on', severalLabels('one_class'));
  const sight = sightProblem(dataset, model);
  if (sight !== undefined) report('on', sight);
  for (const option of [...withoutMeaning, 'probe_rows'])
    if (given(option)) report(option, idleOfOneClass(option));
  const other = otherOf(options.metrics);
  if (other !== undefined) report('metrics', otherMetric(other, anomalyNames));
  const [normal] = model?.labels ?? [];
  const labels = dataset?.labelled === true ? dataset.labels : undefined;
  const counted = labels?.every(({ rows }) => rows !== undefined) === true;
  if (normal !== undefined && labels !== undefined && counted) {
    const present = labels.filter(({ rows }) => rows !== 0).map(({ name }) => name);
    if (present.length > 0 && !present.includes(normal)) report('on', nothingNormal(normal, present));
  }
  const metrics = options.metrics ?? anomalyNames;
  const plain = dataset?.images === undefined ? ['ngrams', 'pixels'] : [dataset.images ? 'pixels' : 'ngrams'];
  checkJudgement(options, { metrics, baselines: ['chance', ...plain] }, { report, leak });
  return metrics;
}

function otherOf(metrics: readonly string[] | undefined): string | undefined {
  return metrics?.find((metric) => !anomalyNames.some((known) => known === metric));
}

type Context = Omit<RunContext<never, never>, 'options' | 'inputs'> & {
  readonly options: {
    readonly metrics: readonly string[] | undefined;
    readonly bootstrap: number;
    readonly overlap: Overlap;
    readonly slices: readonly string[] | undefined;
    readonly abstain: number | undefined;
    readonly out_of_scope: string | undefined;
  };
  readonly inputs: { readonly model: Artifact; readonly calibrate_on?: Artifact | undefined };
};

export async function evaluateAnomalies(
  context: Context,
  record: OneClassRecord,
  given: Dataset,
): Promise<void> {
  const { options, inputs } = context;
  checkLabelledTexts(given, { stage: 'evaluate', does: 'compares with labels', at: 'on' });
  const idle = withoutMeaning.find(
    (name) => (name === 'calibrate_on' ? inputs[name] : options[name]) !== undefined,
  );
  if (idle !== undefined) throw stepFailure(idleOfOneClass(idle), idle);
  const other = otherOf(options.metrics);
  if (other !== undefined) throw stepFailure(otherMetric(other, anomalyNames), 'metrics');
  checkAsFitted(given, {}, 'on'); // `fine-tune` refuses both with `one_class`
  const classifier = await loadClassifier(inputs.model, context);
  try {
    const [support, consumed] = await Promise.all([classifier.support(), classifier.consumed()]);
    const { rows, checks } = await resolveOverlap(given, consumed, options.overlap);
    const kinds = classesOf(rows).map(({ name }) => name);
    if (!kinds.includes(record.normal)) throw stepFailure(nothingNormal(record.normal, kinds), 'on');
    const own = rows.labels.indexOf(record.normal);
    const anomalous = Uint8Array.from(labelIndices(rows), (label) => (label === own ? 0 : 1));
    const progress = (done: number): void => context.progress({ done, total: rows.rows, unit: 'rows' });
    const judged = { anomalous, ...(await measure(classifier.head, rows, classifier.encodeRows, progress)) };
    const beside = await baselineOf(classifier, { rows, support, anomalous }, inputs.model, context);
    const labels = labelPair(classifier);
    const report = await anomalyReport({
      rows,
      judged,
      baseline: 'judged' in beside ? beside : undefined,
      labels,
      record,
      distance: String(classifier.head.settings['distance']),
      metrics: (options.metrics ?? anomalyNames) as readonly AnomalyName[], // `otherOf` has said so
      support,
      consumed,
      checks: [
        ...checks,
        ...(await unreadTextsChecks(classifier, rows)),
        ...('judged' in beside ? [] : [{ name: 'baseline', message: beside.without } satisfies Check]),
      ],
      draws: options.bootstrap,
      random: context.random('bootstrap'),
      slices: options.slices ?? [],
    });
    const output = context.output();
    await output.write('report.json', JSON.stringify(report, null, 2) + '\n');
    await output.write('predictions.parquet', await anomaliesFile({ rows, labels, ...judged }));
    await writeMissed(output, rows, missedOf(rows, labels, judged));
  } finally {
    await classifier.dispose();
  }
}

/** Normal rows beyond the threshold, and others within. */
function missedOf(
  rows: Dataset,
  [normal, anomaly]: readonly [string, string],
  { anomalous, distances, threshold }: Judged,
): readonly Missed[] {
  return [...labelIndices(rows)].flatMap((label, row) => {
    const score = distances[row] ?? 0;
    const isBeyond = score > threshold;
    if (isBeyond === (anomalous[row] === 1)) return [];
    const surety = isBeyond ? score / threshold : threshold / score;
    return [{ row, label: rows.labels[label] ?? '', predicted: isBeyond ? anomaly : normal, surety, score }];
  });
}

function labelPair({ labels: [normal = '', anomalous = ''] }: Classifier): readonly [string, string] {
  return [normal, anomalous];
}

/** Pixels of a few hundred pictures are as much as should be in memory at a time. */
const partRows = 512;

async function measure(
  head: Head,
  rows: Dataset,
  encode: EncodeRows,
  progress: (done: number) => void,
): Promise<Omit<Judged, 'anomalous'>> {
  const { oneClassDistances } = await import('../learning/heads/one-class.ts');
  const all = new Float64Array(rows.rows);
  for (let start = 0; start < rows.rows; start += partRows) {
    const length = Math.min(partRows, rows.rows - start);
    const part = select(
      rows,
      Array.from({ length }, (_, i) => start + i),
    );
    const vectors = await encode(part, (done) => progress(start + done));
    all.set(oneClassDistances(head, vectors).distances, start);
  }
  return { distances: all, threshold: Number(head.settings['threshold']) };
}

type Beside =
  | { readonly name: 'ngrams' | 'pixels'; readonly judged: Judged }
  /** Why there is no such baseline. */
  | { readonly without: string };

/** The same method, on what anyone has for free: counts of n-grams, or the pixels. */
async function baselineOf(
  { description }: Classifier,
  {
    rows,
    support,
    anomalous,
  }: { readonly rows: Dataset; readonly support: Dataset; readonly anomalous: Uint8Array },
  model: Artifact,
  context: ModelContext,
): Promise<Beside> {
  const name = rows.images === undefined ? 'ngrams' : 'pixels';
  const { method } = description;
  if ((await builtinOf(model)) === name)
    return { without: `the model is on \`builtin:${name}\` itself, so that chance alone stands beside it` };
  if (method.name !== 'one_class') throw new Error('a model of normal rows that was made in another way');
  const encoder = name === 'ngrams' ? openNgrams(context) : openPixels(context);
  try {
    const encode = plainRows(encoder);
    const vectors = await encode(support, () => undefined);
    const found = await fitNormal(support, vectors, method.arguments, context.signal);
    if (found.state === 'too few') return { without: `there is none by ${name}: ${found.problem.message}` };
    return { name, judged: { anomalous, ...(await measure(found.fit.head, rows, encode, () => undefined)) } };
  } finally {
    await encoder.dispose();
  }
}

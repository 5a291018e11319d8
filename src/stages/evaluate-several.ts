// `evaluate` of rows that carry several labels or none: reads and writes the files of that. Knows the same inputs and options as
// `evaluate`, of which it refuses those that have no meaning here.
import type { MultiLabelMetricName } from '../learning/metrics/multi-label-metrics.ts';
import type { Artifact } from './artifact.ts';
import { loadClassifier } from './classifier.ts';
import { labelTable } from './classifier-labels.ts';
import { labelBudget } from './consumed.ts';
import { unreadTextsChecks } from './unread-texts.ts';
import { select, texts, type Dataset } from './dataset.ts';
import { resolveOverlap, type Overlap } from './evaluate-overlap.ts';
import { probedRows, severalProbeOf, withProbe } from './frozen-probe.ts';
import { checkTexts } from './labelled-texts.ts';
import { metricKindProblem, mixedKinds } from './label-kind.ts';
import { usualMultiLabelMetrics, type AnyMetricName } from './metric-words.ts';
import { severalPredictionsFile } from './predictions-file.ts';
import { severalMeasured } from './several-measurement.ts';
import { severalReport } from './several-evaluation.ts';
import { severalRefusals } from './several-refusals.ts';
import type { RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

interface Options {
  readonly metrics: readonly AnyMetricName[] | undefined;
  readonly bootstrap: number;
  readonly probe_rows: number;
  readonly overlap: Overlap;
  readonly slices: readonly string[] | undefined;
  readonly abstain: number | undefined;
  readonly out_of_scope: string | undefined;
}

type Context = Omit<RunContext<never, never>, 'options' | 'inputs'> & {
  readonly options: Options;
  readonly inputs: { readonly model: Artifact; readonly calibrate_on?: Artifact | undefined };
};

export async function evaluateSeveral(context: Context, given: Dataset): Promise<void> {
  const { options, inputs } = context;
  checkTexts(given, { stage: 'evaluate', at: 'on' });
  if (options.abstain !== undefined) throw stepFailure(severalRefusals.abstain, 'abstain');
  if (options.out_of_scope !== undefined) throw stepFailure(severalRefusals.out_of_scope, 'out_of_scope');
  if (inputs.calibrate_on !== undefined) throw stepFailure(severalRefusals.calibrate_on, 'calibrate_on');
  const metrics = options.metrics ?? usualMultiLabelMetrics;
  const wrong = metricKindProblem(metrics, true);
  if (wrong !== undefined) throw stepFailure(wrong, 'metrics');
  const classifier = await loadClassifier(inputs.model, context);
  try {
    const { labels, description } = classifier;
    const { threshold } = description;
    if (threshold === undefined) throw stepFailure(mixedKinds(true), 'model');
    const [support, consumed] = await Promise.all([classifier.support(), classifier.consumed()]);
    const { rows, checks } = await resolveOverlap(given, consumed, options.overlap);
    const truth = labelTable(rows, labels, 'on');
    const { probe, threshold: atLeast } = await severalProbeOf(classifier, support, context.signal);
    const some = probedRows(classifier, probe, { rows: rows.rows, most: options.probe_rows });
    const ask = withProbe(classifier, probe);
    const progress = (done: number, total: number): void => context.progress({ done, total, unit: 'rows' });
    const [own, probed] = await ask(rows, progress, some);
    const measurement = severalMeasured(labels, truth, own ?? new Float64Array(), threshold);
    const report = await severalReport({
      rows,
      measurement,
      threshold,
      probe:
        probed === undefined
          ? 'same'
          : severalMeasured(
              labels,
              some === undefined ? truth : labelTable(select(rows, some), labels, 'on'),
              probed,
              await atLeast(),
            ),
      probed: some,
      checks: [...checks, ...(await unreadTextsChecks(classifier, rows))],
      budget: labelBudget(consumed),
      support,
      metrics: metrics as readonly MultiLabelMetricName[], // `metricKindProblem` has said so
      draws: options.bootstrap,
      random: context.random('bootstrap'),
      slices: options.slices ?? [],
    });
    const output = context.output();
    await output.write('report.json', JSON.stringify(report, null, 2) + '\n');
    const predictions = { source: rows.source, texts: texts(rows), ...measurement };
    await output.write('predictions.parquet', await severalPredictionsFile(predictions));
  } finally {
    await classifier.dispose();
  }
}

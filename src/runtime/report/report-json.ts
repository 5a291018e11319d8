// Reports as JSON for programs, in the shapes that scripts rely on.
import type { Mark } from '../../compiler/pipeline.ts';
import type { ComparisonReport, EvaluationReport, Report, SearchReport } from '../../stages/report.ts';
import { toldOnce } from './told-once.ts';

/** `{ stage, metrics, … }` of the report of the step called `stage`. */
export function reportJson(
  stage: string,
  report: Report,
  marks: readonly Mark[],
): Readonly<Record<string, unknown>> {
  switch (report.type) {
    case 'evaluation': {
      const told = toldOnce(report, marks);
      return { ...evaluationJson(stage, told.report), marks: told.marks };
    }
    case 'comparison':
      return { ...comparisonJson(stage, report), marks };
    case 'search':
      return { ...searchJson(stage, report), marks };
    default:
      return report satisfies never;
  }
}

function evaluationJson(stage: string, report: EvaluationReport): Readonly<Record<string, unknown>> {
  const { metrics, per_label, confusion, labels, rows, labels_used, label_budget, baselines } = report;
  const { slices, checks, interval, calibration, abstention, multi_label, out_of_scope } = report;
  const { episodes, probed, anomalies } = report;
  return {
    ...{ stage, metrics, per_label, confusion, labels, rows, labels_used, label_budget, baselines },
    ...{ slices, checks, interval },
    ...(probed !== undefined && { probed }),
    ...(out_of_scope !== undefined && { out_of_scope }),
    ...(episodes !== undefined && { episodes }),
    ...(anomalies !== undefined && { anomalies }),
    ...(multi_label !== undefined && { multi_label }),
    ...(calibration !== undefined && { calibration }),
    ...(abstention !== undefined && { abstention }),
  };
}

function searchJson(stage: string, { type: _, ...report }: SearchReport): Readonly<Record<string, unknown>> {
  return { stage, ...report };
}

/** Per metric the figures of the compared stage (by name where there are several) and the differences in that metric. */
function comparisonJson(stage: string, report: ComparisonReport): Readonly<Record<string, unknown>> {
  const metrics = Object.entries(report.metrics).map(([metric, samples]) => {
    const differences = report.differences.filter((difference) => difference.metric === metric);
    const only = report.names.length === 1 ? samples[report.names[0] ?? ''] : undefined;
    return [metric, { ...(only ?? { of: samples }), differences }] as const;
  });
  return {
    stage,
    names: report.names,
    notes: report.notes,
    labels_used: report.labels_used,
    label_budgets: report.label_budgets,
    metrics: Object.fromEntries(metrics),
  };
}

// What is in an artifact, for `show`: datasets, reports, models and plain files, as JSON and as text.
import { showable } from '../../parser/display-width.ts';
import type { Mark } from '../../compiler/pipeline.ts';
import type { Artifact } from '../../stages/artifact.ts';
import { texts, type Dataset } from '../../stages/dataset.ts';
import type { Report } from '../../stages/report.ts';
import { comparisonTable } from './comparison-text.ts';
import { datasetText, datasetView } from './dataset-view.ts';
import { evaluationPage, type MissedPicture } from './evaluation-page.ts';
import { evaluationText } from './evaluation-text.ts';
import type { Paint } from './paint.ts';
import { markLines } from './mark-text.ts';
import { bytes } from './quantity.ts';
import { reportJson } from './report-json.ts';
import { searchTable } from './search-text.ts';
import { textTable } from './text-table.ts';

export interface NamedArtifact {
  /** Step, and part where the stage has several: `parts[seed=1].train`. */
  readonly name: string;
  readonly artifact: Artifact;
  /** What the reader of a report has to know from the graph. */
  readonly marks: readonly Mark[];
  /** Bytes, by name of the file. */
  readonly sizes: ReadonlyMap<string, number>;
}

export async function artifactJson(named: NamedArtifact): Promise<Readonly<Record<string, unknown>>> {
  const { name, artifact, marks } = named;
  switch (artifact.type) {
    case 'dataset': {
      const { readDataset } = await import('../../stages/dataset-file.ts');
      return { stage: name, ...datasetView(await readDataset(artifact)) };
    }
    case 'report':
      return reportJson(name, await readJson<Report>(artifact, 'report.json'), marks);
    case 'model':
      return { stage: name, ...(await modelDescription(artifact)), files: fileList(named) };
    case 'files':
      return { stage: name, files: fileList(named) };
    default:
      return artifact.type satisfies never;
  }
}

export async function artifactText(named: NamedArtifact, paint: Paint): Promise<string> {
  const { artifact, marks } = named;
  switch (artifact.type) {
    case 'dataset': {
      const { readDataset } = await import('../../stages/dataset-file.ts');
      return datasetText(await readDataset(artifact), paint);
    }
    case 'report': {
      const report = await readJson<Report>(artifact, 'report.json');
      return reportText(report, marks, paint);
    }
    case 'model': {
      const entries = Object.entries(await modelDescription(artifact));
      const lines = entries.map(([key, value]) =>
        showable(`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
      );
      return [...lines, '', ...fileTable(named, paint), ''].join('\n');
    }
    case 'files':
      return `${fileTable(named, paint).join('\n')}\n`;
    default:
      return artifact.type satisfies never;
  }
}

/** Nothing where it is no report of `evaluate`. */
export async function artifactPage(
  { name, artifact, marks }: NamedArtifact,
  paint: Paint,
): Promise<string | undefined> {
  if (artifact.type !== 'report') return undefined;
  const report = await readJson<Report>(artifact, 'report.json');
  if (report.type !== 'evaluation') return undefined;
  const { readMissed } = await import('../../stages/missed-pictures.ts');
  const missed = await readMissed(artifact);
  return evaluationPage({ name, report, marks, pictures: await missedPictures(missed) }, paint);
}

async function missedPictures(missed: Dataset | undefined): Promise<readonly MissedPicture[]> {
  if (missed?.images === undefined) return [];
  const { height, width, channels } = missed.images;
  const block = await missed.images.open();
  const text = (column: string, row: number): string => String(missed.columns.get(column)?.[row] ?? '');
  return texts(missed).map((picture, i) => ({
    pixels: { height, width, channels, data: block.pixels(picture) },
    name: missed.columns.has('file') ? text('file', i) : `row ${missed.source[i] ?? i}`,
    label: text('label', i),
    predicted: text('predicted', i),
    score: Number(missed.columns.get('score')?.[i]),
  }));
}

function reportText(report: Report, marks: readonly Mark[], paint: Paint): string {
  switch (report.type) {
    case 'evaluation':
      return evaluationText(report, marks, paint);
    case 'comparison':
      return `${[...markLines(marks, paint), ...comparisonTable(report, paint)].join('\n')}\n`;
    case 'search':
      return `${[...markLines(marks, paint), ...searchTable(report, paint)].join('\n')}\n`;
    default:
      return report satisfies never;
  }
}

/** `model.json`, where the model has one, and its label budget. */
async function modelDescription(artifact: Artifact): Promise<Readonly<Record<string, unknown>>> {
  if (!artifact.names.includes('model.json')) return {};
  const [{ labelBudget, labelsUsed }, { readConsumed }] = await Promise.all([
    import('../../stages/consumed.ts'),
    import('../../stages/consumed-file.ts'),
  ]);
  const budget = labelBudget(await readConsumed(artifact));
  return {
    ...(await readJson<Readonly<Record<string, unknown>>>(artifact, 'model.json')),
    labels_used: labelsUsed(budget),
    label_budget: budget,
  };
}

function fileList({ artifact, sizes }: NamedArtifact): readonly object[] {
  return artifact.names.map((name) => ({ name, size: sizes.get(name), digest: artifact.digestOf(name) }));
}

function fileTable({ artifact, sizes }: NamedArtifact, paint: Paint): readonly string[] {
  const rows = artifact.names.map((name) => [
    name,
    bytes(sizes.get(name) ?? 0),
    artifact.digestOf(name).slice(0, 12),
  ]);
  return textTable([{ head: 'file' }, { head: 'size', align: 'right' }, { head: 'sha256' }], rows, paint);
}

async function readJson<T>(artifact: Artifact, name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await artifact.read(name))) as T; // the store has verified the bytes
}

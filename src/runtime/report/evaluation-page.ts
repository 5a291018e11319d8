// A report of `evaluate` as one HTML file that needs nothing beside it: what `show` says, and the pictures that were missed. Pure.
import type { Mark } from '../../compiler/pipeline.ts';
import type { EvaluationReport } from '../../stages/report.ts';
import { escapeXml } from './escape.ts';
import { evaluationText } from './evaluation-text.ts';
import { htmlPage } from './page.ts';
import type { Paint } from './paint.ts';
import { pngOf, type PngPixels } from './png.ts';
import { counted, figure, grouped } from './quantity.ts';

export interface MissedPicture {
  readonly pixels: PngPixels;
  /** Its file, or the 0-based row of the loaded data. */
  readonly name: string;
  readonly label: string;
  readonly predicted: string;
  /** A probability, or a distance. */
  readonly score: number;
}

export interface PageOf {
  /** Step: `score[seed=1]`. */
  readonly name: string;
  readonly report: EvaluationReport;
  readonly marks: readonly Mark[];
  /** The worst first. */
  readonly pictures: readonly MissedPicture[];
}

/** `paint` colours nothing. */
export function evaluationPage({ name, report, marks, pictures }: PageOf, paint: Paint): string {
  const text = escapeXml(evaluationText(report, marks, paint).trim());
  return htmlPage({
    title: name,
    style,
    body: [`<pre>${text}</pre>`, ...pictureLines(report, pictures)].join('\n'),
  });
}

function pictureLines(report: EvaluationReport, pictures: readonly MissedPicture[]): readonly string[] {
  if (pictures.length === 0) return [];
  const what = report.anomalies === undefined ? 'the surest first' : 'the farthest from the threshold first';
  return [
    '<h2>Missed pictures</h2>',
    `<p>${grouped(pictures.length)} of ${counted(missedRows(report), 'picture')} that got another label than their own, ${what}: the true label, then the given one.</p>`,
    '<div class="pictures">',
    ...pictures.map((picture) => figureOf(picture, report)),
    '</div>',
  ];
}

function figureOf(
  { pixels, name, label, predicted, score }: MissedPicture,
  report: EvaluationReport,
): string {
  const [own, given, called] = [escapeXml(label), escapeXml(predicted), escapeXml(name)];
  const sure = report.anomalies === undefined ? figure(score) : `distance ${figure(score)}`;
  const source = `data:image/png;base64,${pngOf(pixels).toString('base64')}`;
  return (
    `<figure><img src="${source}" alt="${called}: ${own}, taken for ${given}" width="96">` +
    `<figcaption><b>${own}</b><br>${given} ${sure}<br><small>${called}</small></figcaption></figure>`
  );
}

function missedRows({ confusion }: EvaluationReport): number {
  return (confusion ?? []).reduce(
    (sum, counts, i) => sum + counts.reduce((all, count, j) => all + (i === j ? 0 : count), 0),
    0,
  );
}

const style = `.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; width: 8rem; overflow-wrap: anywhere; }
img { image-rendering: pixelated; border: 1px solid #8888; }`;

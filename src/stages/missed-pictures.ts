// The pictures that a model got wrong, beside its report: a small dataset of thumbnails, the worst first, for a page that shows them. Knows no page.
import type { Pixels } from '../learning/images/decode.ts';
import type { Artifact, Output } from './artifact.ts';
import { artifactFolder, outputFolder } from './artifact-folder.ts';
import { texts, type Column, type Dataset } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { namedImages, type ImageShape, type Images } from './images.ts';
import { pictureFiles } from './shown-rows.ts';

const missedFolder = 'missed';

/** Of more, the others are left out: a page is to be looked at. */
const mostPictures = 48;

/** Pixels of the longer side; larger ones are made smaller. */
const longestSide = 96;

export interface Missed {
  /** Number of the row among the measured ones. */
  readonly row: number;
  readonly label: string;
  readonly predicted: string;
  /** How wrong it is: the probability of what was predicted, or how many times the threshold a distance is. */
  readonly surety: number;
  /** What is shown of that: a probability, or a distance. */
  readonly score: number;
}

/** Nothing where rows are texts, or none is missed. */
export async function writeMissed(output: Output, rows: Dataset, missed: readonly Missed[]): Promise<void> {
  const { images } = rows;
  if (images === undefined || missed.length === 0) return;
  const worst = missed.toSorted((a, b) => b.surety - a.surety || a.row - b.row).slice(0, mostPictures);
  const names = texts(rows);
  const files = pictureFiles(rows);
  const { shape, small } = await thumbnails(
    images,
    worst.map(({ row }) => names[row] ?? ''),
  );
  const thumbs = namedImages(
    shape,
    small.map(({ data }) => data),
  );
  await writeDataset(outputFolder(output, missedFolder), {
    rows: worst.length,
    columns: new Map<string, Column>([
      ['image', thumbs.names],
      ['label', worst.map(({ label }) => label)],
      ['predicted', worst.map(({ predicted }) => predicted)],
      ['score', worst.map(({ score }) => score)],
      ...(files === undefined ? [] : [['file', worst.map(({ row }) => files[row] ?? '')] as const]),
    ]),
    roles: { text: 'image' },
    labels: [],
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from(worst, ({ row }) => rows.source[row] ?? row),
    images: thumbs.images,
  });
}

/** Nothing where there are none, or a report has no pictures. */
export async function readMissed(report: Artifact): Promise<Dataset | undefined> {
  const folder = artifactFolder(report, missedFolder);
  return folder.names.length === 0 ? undefined : readDataset(folder);
}

async function thumbnails(
  images: Images,
  names: readonly string[],
): Promise<{ readonly shape: ImageShape; readonly small: readonly Pixels[] }> {
  const { resize } = await import('../learning/images/resize.ts');
  const { height, width, channels } = images;
  const scale = Math.min(1, longestSide / Math.max(height, width));
  const sides = [height, width].map((side) => Math.max(1, Math.round(side * scale)));
  const shape = { height: sides[0] ?? 1, width: sides[1] ?? 1, channels };
  const block = await images.open();
  const small = names.map((name) =>
    resize({ height, width, channels, data: block.pixels(name) }, shape.height, shape.width, 'stretch'),
  );
  return { shape, small };
}

// The pictures that a `meta-learn` learns from or is measured on, by their classes; what is wrong with them becomes a failure of the step.
import type { ClassedPictures } from '../learning/meta/episode-batch.ts';
import type { EpisodeShape } from '../learning/meta/episodes.ts';
import type { StaticDataset } from './artifact.ts';
import { classesOf, texts, type Dataset } from './dataset.ts';
import type { ImageShape } from './images.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { promptRefused } from './episodes-check.ts';
import { noPairs } from './pairs.ts';
import { knownClasses, sharedClasses } from './learnt-classes.ts';
import {
  needsClasses,
  otherSize,
  sharedWithValidation,
  smallest,
  textsRefused,
  tooFewClasses,
  tooFewOf,
  tooSmall,
} from './meta-learn-problems.ts';
import type { CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

type Place = 'from' | 'validation';

/** What can be wrong with either before anything runs. */
export function checkMetaRows(
  rows: StaticDataset | undefined,
  shape: EpisodeShape,
  { at, trains }: { readonly at: Place; readonly trains: 'conv4' | 'model' },
  report: CheckContext<never>['report'],
): void {
  if (rows?.images === false && trains === 'conv4') report(at, textsRefused);
  if (rows?.prompt !== undefined) report(at, promptRefused);
  if (rows?.pairs === true) report(at, noPairs('meta-learn'));
  if (rows?.labelled === false) report(at, needsClasses);
  const labels = rows?.labels;
  if (labels !== undefined && rows?.labelled === true && labels.length < shape.ways)
    report('ways', tooFewClasses(labels.length, shape.ways));
  const short = labels?.find(({ rows: own }) => own !== undefined && own < shape.shots + shape.queries);
  if (short !== undefined) {
    const what = rows?.images === true ? 'pictures' : 'rows';
    report(at, tooFewOf(short.name, short.rows ?? 0, shape, what));
  }
}

/** Whether classes are in both, as far as they are known. */
export function checkApart(
  from: StaticDataset | undefined,
  validation: StaticDataset | undefined,
  report: CheckContext<never>['report'],
): void {
  if (from?.labelled !== true || validation?.labelled !== true) return;
  const own = knownClasses(validation.labels) ?? [];
  const shared = sharedClasses(own, knownClasses(from.labels) ?? []);
  if (shared.length > 0) report('validation', sharedWithValidation(shared, own.length));
}

/** Whether one are known to be texts and the others pictures. */
export function seesOther(from: StaticDataset | undefined, validation: StaticDataset | undefined): boolean {
  const [own, other] = [from?.images, validation?.images];
  return own !== undefined && other !== undefined && own !== other;
}

export interface MetaRows extends ClassedPictures {
  readonly channels: ImageShape['channels'];
  /** Of the classes, in their order. */
  readonly names: readonly string[];
}

export async function readMetaRows(dataset: Dataset, shape: EpisodeShape, at: Place): Promise<MetaRows> {
  checkLabelledTexts(dataset, { stage: 'meta-learn', does: 'learns from classes', at });
  const classes = classesOf(dataset);
  const { images } = dataset;
  if (images === undefined) throw stepFailure(textsRefused, at);
  const { height, width, channels } = images;
  if (height < smallest || width < smallest) throw stepFailure(tooSmall(height, width), at);
  if (classes.length < shape.ways) throw stepFailure(tooFewClasses(classes.length, shape.ways), 'ways');
  const short = classes.find(({ rows }) => rows.length < shape.shots + shape.queries);
  if (short !== undefined) throw stepFailure(tooFewOf(short.name, short.rows.length, shape, 'pictures'), at);
  const block = await images.open();
  const words = texts(dataset);
  return {
    height,
    width,
    channels,
    pixels: (row) => block.pixels(words[row] ?? ''),
    classes: classes.map(({ rows }) => rows),
    names: classes.map(({ name }) => name),
  };
}

/** Of pictures of one size with the others, and of other classes. */
export async function readMetaValidation(
  dataset: Dataset,
  shape: EpisodeShape,
  from: MetaRows,
): Promise<MetaRows> {
  const rows = await readMetaRows(dataset, shape, 'validation');
  const shared = sharedClasses(rows.names, from.names);
  if (shared.length > 0) throw stepFailure(sharedWithValidation(shared, rows.names.length), 'validation');
  if (rows.height !== from.height || rows.width !== from.width || rows.channels !== from.channels)
    throw stepFailure(otherSize(rows, from), 'validation');
  return rows;
}

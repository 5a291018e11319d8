// The classes that an encoder has learnt to tell apart, by name, and what is wrong with measuring it on them by episodes: they are no new classes.
import type { Artifact } from './artifact.ts';
import { readDescription } from './classifier.ts';
import { consumedFile } from './consumed-file.ts';
import { readMetaDescription } from './meta-encoder.ts';
import { readMetaLearnt } from './meta-learnt.ts';
import { encoderOf } from './model-source.ts';

/** Of the encoder of a model; none of one that was not trained here. */
export async function learntClasses(model: Artifact): Promise<readonly string[]> {
  const encoder = encoderOf(model);
  // A net of `meta-learn` that has learnt further has both.
  const learnt = [await readMetaDescription(encoder), await readMetaLearnt(encoder)];
  // Folders of TensorFlow.js have a `model.json` too.
  const classifier = model.names.includes(consumedFile) ? await readDescription(model) : undefined;
  return [
    ...learnt.flatMap((one) => (one === undefined ? [] : [...one.classes, ...one.validation_classes])),
    ...(classifier?.trained === undefined ? [] : classifier.labels),
  ];
}

/** In label order, without those that no row has; nothing where it is not known of each whether one has. */
export function knownClasses(
  labels: readonly { readonly name: string; readonly rows: number | undefined }[] | undefined,
): readonly string[] | undefined {
  if (labels?.some(({ rows }) => rows === undefined) === true) return undefined;
  return labels?.flatMap(({ name, rows }) => (rows === 0 ? [] : [name]));
}

export function sharedClasses(measured: readonly string[], learnt: readonly string[]): readonly string[] {
  const known = new Set(learnt);
  return measured.filter((name) => known.has(name));
}

export function sharedProblem(shared: readonly string[], classes: number) {
  return {
    code: 'shared-classes',
    message: `the model has learnt ${count(shared.length)} of the ${classes} classes of these rows: ${listed(shared)}`,
    hint:
      'episodes show how new classes are learnt: keep the classes apart in `load`, by files or by `where`, or leave them out with `overlap: drop`; ' +
      'where other classes only have the same names, give them others with `label_names`',
  } as const;
}

/** The first of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function count(classes: number): string {
  return classes === 1 ? 'one' : String(classes);
}

// What a net of `meta-learn` says of itself, and which weights it must have. Folders of it come from anywhere, so all that is used is checked. Loads no tensor library.
import type { Shapes } from '../learning/encoders/bert-weights.ts';
import {
  badModel,
  countIn,
  numberIn,
  isObject,
  objectIn,
  parseJson,
} from '../learning/encoders/model-folder.ts';
import type { ImageShape } from './images.ts';
import { again, checkClasses, type LearntByEpisodes } from './learnt-by-episodes.ts';
import { isAdapting, type MetaMethod } from './meta-methods.ts';
import type { LossEnds } from './training-losses.ts';

export const metaFile = 'conv4.json';
export const metaWeightsFile = 'conv4.safetensors';
/** Of nets that adapt alone. */
export const learnerFile = 'learner.safetensors';

/** Contents of `conv4.json`. */
export interface MetaDescription extends ImageShape, LossEnds, LearntByEpisodes {
  readonly format: 'fsl-conv4';
  readonly version: 1;
  readonly method: MetaMethod;
  readonly episodes: number;
  readonly rotations: boolean;
  /** By a `fine-tune`: it adapts no longer. Only in folders that `export` wrote. */
  readonly trained_further?: true;
}

/** Whether it has a `learner.safetensors`, and adapts. */
export function hasLearner({ method, trained_further }: MetaDescription): boolean {
  return isAdapting(method) && trained_further !== true;
}

/** As `conv4.json` has it. */
export function metaText(description: MetaDescription): string {
  return JSON.stringify(description, null, 2) + '\n';
}

/** Throws `ModelError` where the bytes say something else. */
export function metaDescription(bytes: Uint8Array): MetaDescription {
  const found = objectIn(parseJson(bytes, metaFile), metaFile);
  if (found['format'] !== 'fsl-conv4' || found['version'] !== 1)
    throw badModel(metaFile, 'does not describe a net of `meta-learn` that this version reads', again);
  const channels = countIn(found, 'channels', metaFile);
  if (channels !== 1 && channels !== 3)
    throw badModel(metaFile, `\`channels\` should be 1 or 3, not ${channels}`, again);
  for (const side of ['height', 'width'])
    if (countIn(found, side, metaFile) < 16)
      throw badModel(metaFile, `\`${side}\` should be at least 16, which four poolings leave one of`, again);
  countIn(found, 'ways', metaFile);
  if (!isMethod(found['method'])) throw badModel(metaFile, '`method` is none of `meta-learn`', again);
  const whole = { validation: null, validation_classes: [], ...found };
  checkClasses(whole, metaFile);
  return whole as unknown as MetaDescription; // the rest is told, not computed with
}

function isMethod(value: unknown): boolean {
  const method = objectIn(value, metaFile);
  if (method['name'] === 'matching') return true;
  const name = String(method['name']);
  if (!['prototypical', 'maml', 'anil', 'reptile'].includes(name)) return false;
  const given = method['arguments'];
  if (!isObject(given)) return false;
  if (name === 'prototypical') return given['distance'] === 'euclidean' || given['distance'] === 'cosine';
  for (const count of ['inner_steps', 'tasks']) countIn(given, count, metaFile);
  if (numberIn(given, 'inner_rate', metaFile) <= 0) return false;
  return name === 'reptile' || given['order'] === 1 || given['order'] === 2;
}

/** Throws `ModelError` where the weights are not those of the description; `shapes` are of the file, by name. */
export function checkMetaWeights({ channels }: ImageShape, shapes: Shapes): void {
  checkShapes(metaWeightsFile, metaShapes(channels), shapes);
}

/** The same of `learner.safetensors`. */
export function checkLearner(description: ImageShape & Pick<MetaDescription, 'ways'>, shapes: Shapes): void {
  checkShapes(learnerFile, learnerShapes(description), shapes);
}

type Expected = readonly (readonly [name: string, shape: readonly number[]])[];

function checkShapes(file: string, all: Expected, shapes: Shapes): void {
  for (const [name, expected] of all) {
    const shape = shapes.get(name)?.shape;
    if (shape === undefined) throw badModel(file, `has no tensor \`${name}\``, again);
    if (shape.join() !== expected.join())
      throw badModel(
        file,
        `\`${name}\` is [${shape.join(', ')}], and \`${metaFile}\` asks for [${expected.join(', ')}]`,
        again,
      );
  }
}

/** Four blocks of a filter [height, width, in, out] and its biases. */
function metaShapes(channels: number): Expected {
  return [0, 1, 2, 3].flatMap((block) => [
    [`${block}.filter`, [3, 3, block === 0 ? channels : 64, 64]] as const,
    [`${block}.bias`, [64]] as const,
  ]);
}

/** The blocks with their normalisation, and the head. */
function learnerShapes({
  height,
  width,
  channels,
  ways,
}: ImageShape & Pick<MetaDescription, 'ways'>): Expected {
  const features = 64 * Math.floor(height / 16) * Math.floor(width / 16);
  return [
    ...metaShapes(channels),
    ...[0, 1, 2, 3].flatMap((block) => ['gamma', 'beta'].map((name) => [`${block}.${name}`, [64]] as const)),
    ['head.weight', [features, ways]],
    ['head.bias', [ways]],
  ];
}

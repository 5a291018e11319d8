// Models of TensorFlow.js with layers (`model.json` and its weights) as encoders of pictures. A picture's vector is what the last dense layer reads; of a model
// that is a chain of models, as Teachable Machine makes them, what the first of them gives. Knows no files.
import type * as Layers from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelFolder } from '../encoders/model-folder.ts';
import { ModelError } from '../model-error.ts';
import { inBatches, type ImageEncoder, type NetInput } from './image-encoder.ts';

const file = 'model.json';
const batch = 16;

/** Throws `ModelError` for folders that are not complete or of another kind. */
export async function loadLayersModel(folder: ModelFolder): Promise<ImageEncoder> {
  const layers = await import('@tensorflow/tfjs-layers');
  const model = await quietly(() => open(folder, layers));
  const vectors = vectorsOf(model, layers);
  const input = await inputOf(model, folder);
  const { height, width, channels } = input;
  return {
    encode: (images, options) =>
      inBatches(images, input, batch, options, async (numbers) => {
        const given = tf.tensor4d(numbers, [batch, height, width, channels]);
        const result = vectors.predict(given, { batchSize: batch });
        given.dispose();
        if (Array.isArray(result))
          throw new ModelError('bad-model', file, 'gives several tensors', 'Use a model with one output.');
        const flat = tf.reshape(result, [batch, -1]);
        const values = (await flat.data()) as Float32Array;
        tf.dispose([result, flat]);
        return values;
      }),
    dispose: () => void model.dispose(),
  };
}

async function open(folder: ModelFolder, layers: typeof Layers): Promise<Layers.LayersModel> {
  const bad = (problem: string, hint = 'Get the folder again.'): ModelError =>
    new ModelError('bad-model', file, problem, hint);
  const stored = parsed(await folder.read(file));
  if (!isRecord(stored) || !isRecord(stored['modelTopology'])) throw bad('is not a model of TensorFlow.js');
  if (stored['format'] === 'graph-model')
    throw bad(
      'is a graph model',
      'Models with layers run: convert it with `--output_format=tfjs_layers_model`.',
    );
  const manifest = stored['weightsManifest'];
  if (!Array.isArray(manifest)) throw bad('does not say where the weights are');
  const groups = manifest as {
    readonly paths: readonly string[];
    readonly weights: readonly tf.io.WeightsManifestEntry[];
  }[];
  const parts: Uint8Array[] = [];
  for (const path of groups.flatMap(({ paths }) => paths)) {
    if (!(await folder.has(path)))
      throw new ModelError('missing-model-file', path, 'is not there', `\`${file}\` names it: get it too.`);
    parts.push(await folder.read(path));
  }
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology: stored['modelTopology'],
    weightSpecs: groups.flatMap(({ weights }) => weights),
    weightData,
  };
  try {
    return await layers.loadLayersModel({ load: async () => artifacts });
  } catch (error) {
    throw bad(`cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function vectorsOf(model: Layers.LayersModel, layers: typeof Layers): Layers.LayersModel {
  const own = model.layers;
  const [first, second] = own;
  const isModel = (layer: Layers.layers.Layer | undefined): layer is Layers.LayersModel =>
    layer instanceof layers.LayersModel;
  if (isModel(first) && isModel(second)) return first;
  const last = own.findLast((layer) => layer.getClassName() === 'Dense');
  if (last === undefined) return model;
  return layers.model({ inputs: model.inputs, outputs: last.input });
}

/** Teachable Machine gives its nets numbers from -1 to 1; others are given 0 to 1. */
async function inputOf(model: Layers.LayersModel, folder: ModelFolder): Promise<NetInput> {
  const [, height, width, channels] = model.inputs[0]?.shape ?? [];
  if (typeof height !== 'number' || typeof width !== 'number' || (channels !== 1 && channels !== 3))
    throw new ModelError(
      'bad-model',
      file,
      `takes no pictures: its input is ${JSON.stringify(model.inputs[0]?.shape)}`,
      'Use a model that takes [height, width, 1 or 3].',
    );
  const metadata = (await folder.has('metadata.json'))
    ? parsed(await folder.read('metadata.json'))
    : undefined;
  const teachable = isRecord(metadata) && metadata['packageName'] === '@teachablemachine/image';
  const each = (value: number): readonly number[] => new Array<number>(channels).fill(value);
  return {
    height,
    width,
    channels,
    scale: each(teachable ? 2 / 255 : 1 / 255),
    shift: each(teachable ? -1 : 0),
  };
}

/** The package writes warnings about input shapes to the console, which belongs to the command. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => undefined; // eslint-disable-line no-console
  try {
    return await work();
  } finally {
    console.warn = warn; // eslint-disable-line no-console
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Models of TensorFlow.js with layers: what is taken for a picture's vector, against the package's own layers on tfjs's plain backend.
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import type { ModelFolder } from '../../../src/learning/encoders/model-folder.ts';
import type { Pixels } from '../../../src/learning/images/decode.ts';
import { loadLayersModel } from '../../../src/learning/images/layers-model.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { withEngine } from '../../engine/on-backend.ts';

const random = createRandom('pictures');
const pictures = Array.from({ length: 19 }, (): Pixels => ({
  height: 8,
  width: 8,
  channels: 3,
  data: Uint8Array.from({ length: 192 }, () => random.below(256)),
})); // more than a batch

/** Depthwise and plain convolutions with each bend, as MobileNets have them. */
function features(): layers.Sequential {
  return layers.sequential({
    layers: [
      layers.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 4,
        kernelSize: 3,
        activation: 'relu6',
      }),
      layers.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'elu' }),
      layers.layers.batchNormalization({}),
      layers.layers.conv2d({ filters: 3, kernelSize: 1, activation: 'sigmoid' }),
      layers.layers.globalAveragePooling2d({}),
    ],
  });
}

const head = (): layers.layers.Layer[] => [
  layers.layers.dense({ units: 5, inputShape: [3], activation: 'tanh' }),
  layers.layers.dense({ units: 2, activation: 'softmax' }),
];

/** The files of a model, and what the part of it that gives vectors makes of numbers from 0 or -1 to 1. */
async function saved(
  model: layers.LayersModel,
  vectors: layers.LayersModel,
  metadata?: object,
): Promise<{ readonly folder: ModelFolder; readonly expected: readonly number[] }> {
  const files = new Map<string, Uint8Array>();
  model.setWeights(
    model.weights.map(({ name, shape }) => {
      const counts = shape.map(Number);
      const value = (): number => (name.includes('variance') ? 1 : random.normal());
      return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(counts) }, value), counts);
    }),
  );
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData }) => {
      files.set(
        'model.json',
        text({ modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }] }),
      );
      files.set('w.bin', new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  if (metadata !== undefined) files.set('metadata.json', text(metadata));
  const numbers = pictures.flatMap(({ data }) =>
    Array.from(data, (byte) => (metadata === undefined ? byte / 255 : (byte * 2) / 255 - 1)),
  );
  const given = tf.tensor4d(numbers, [pictures.length, 8, 8, 3]);
  const expected = await (vectors.predict(given) as tf.Tensor).data();
  const folder: ModelFolder = {
    has: async (name) => files.has(name),
    read: async (name) => files.get(name) ?? new Uint8Array(),
  };
  return { folder, expected: [...expected] };
}

const options = { signal: new AbortController().signal };

it.each([
  [
    'what the last dense layer reads',
    5,
    async () => {
      const [first, last] = head() as [layers.layers.Layer, layers.layers.Layer];
      const body = features();
      body.add(first);
      const reads = layers.model({ inputs: body.inputs, outputs: body.outputs });
      body.add(last);
      return saved(body, reads);
    },
  ],
  [
    'what the first model of a chain gives, of numbers from -1 to 1',
    3,
    async () => {
      const body = features();
      const chain = layers.sequential({ layers: [body, layers.sequential({ layers: head() })] });
      return saved(chain, body, { packageName: '@teachablemachine/image' });
    },
  ],
])('%s', async (_what, width, make) => {
  const { folder, expected } = await withEngine('reference', make);
  await withEngine('onnx', async () => {
    const encoder = await loadLayersModel(folder);
    const { rows, columns, data } = await encoder.encode(pictures, options);
    expect([rows, columns]).toEqual([19, width]);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (data[i] ?? NaN))))).toBeLessThan(1e-5);
    expect(new Set(expected.map((value) => value.toFixed(4))).size).toBeGreaterThan(10);
    encoder.dispose();
  });
});

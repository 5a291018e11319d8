// Heads as graphs in ONNX Runtime against the heads as they are applied here, which other tests compare with scikit-learn.
import { expect, test } from 'vitest';
import { openOnnxFile } from '../../../src/engine/onnx-file.ts';
import { encodeModel } from '../../../src/engine/onnx-model.ts';
import { fitCache } from '../../../src/learning/heads/cache.ts';
import type { Head } from '../../../src/learning/heads/head.ts';
import { fitKnn } from '../../../src/learning/heads/knn.ts';
import { fitLogistic } from '../../../src/learning/heads/logistic.ts';
import { fitPrototype } from '../../../src/learning/heads/prototype.ts';
import { headProbabilities } from '../../../src/learning/heads/probabilities.ts';
import type { Matrix } from '../../../src/learning/matrix.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { buildGraph } from '../../../src/learning/onnx/graph-builder.ts';
import { hasGraph, headGraph } from '../../../src/learning/onnx/head-graph.ts';

const [rows, width, labels] = [12, 6, 3];
const random = createRandom(1, 'vectors');
const vectors = (count: number): Matrix => ({
  rows: count,
  columns: width,
  data: Float32Array.from({ length: count * width }, () => 4 * random.normal()),
});
const fitted = vectors(rows);
const y = Int32Array.from({ length: rows }, (_, i) => i % labels);
const asked = vectors(9);
asked.data.fill(0, 0, width); // a vector without a direction

const logistic = await fitLogistic(fitted, y, labels, { c: 10, tolerance: 1e-6, maxIterations: 500 });
const heads: Readonly<Record<string, Head>> = {
  logistic,
  'one-vs-rest': { ...logistic, kind: 'one-vs-rest', settings: { of: 'logistic' } },
  'prototype by cosine': fitPrototype(fitted, y, labels, { distance: 'cosine', temperature: 0.05 }),
  'prototype by distance': fitPrototype(fitted, y, labels, { distance: 'euclidean', temperature: 7 }),
  cache: fitCache(fitted, y, labels, { alpha: 0.7, beta: 5.5, temperature: 0.1 }),
};

test.each(Object.keys(heads))('%s', async (name) => {
  const head = heads[name] ?? logistic;
  const g = buildGraph('fp16'); // which heads are not kept in
  const { logits, probabilities } = headGraph(g, head, g.input('vectors', 'float32', ['batch_size', width]));
  g.output('logits', logits, ['batch_size', labels]);
  g.output('probabilities', probabilities, ['batch_size', labels]);
  const file = await openOnnxFile(encodeModel(g.graph('head')), 1);
  const found = await file.run({
    vectors: { type: 'float32', data: asked.data, shape: [asked.rows, width] },
  });
  await file.dispose();
  const wanted = headProbabilities(head, asked);
  const said = found['probabilities']?.data as Float32Array;
  expect(said).toHaveLength(asked.rows * labels);
  wanted.forEach((value, i) => expect(said[i]).toBeCloseTo(value, 5));
  expect(new Set([...wanted].map((value) => value.toFixed(3))).size).toBeGreaterThan(6);
});

test('a vote of rows has no graph', () => {
  const knn = fitKnn(fitted, y, labels, { k: 3, distance: 'cosine', weights: 'distance' });
  expect([hasGraph(knn), hasGraph(logistic)]).toEqual([false, true]);
});

import { describe, expect, test } from 'vitest';
import { computationText } from '../../src/runtime/report/computation-text.ts';
import { together } from '../../src/stages/computation.ts';
import type { Computation } from '../../src/stages/stage.ts';

const encoded: Computation = {
  backend: 'onnx',
  device: 'cpu',
  compiled: 3,
  compileMs: 400,
  cacheHits: 117,
  runs: 120,
  runMs: 19_600,
  nodes: { MatMul: 12_000, Add: 6_000 },
  tensors: 210,
  bytes: 91e6,
};

describe('what an engine did, in a line', () => {
  test.each<[string, Computation]>([
    [
      'onnx on cpu: 3 graphs compiled in 0.4 s (2 %), 120 runs in 20 s (117 from the cache), 18,000 nodes, 210 tensors, 91 MB',
      encoded,
    ],
    [
      'onnx on cpu: 280 steps after 120 of an earlier attempt, 3 graphs compiled in 0.4 s (2 %), 120 runs in 20 s (117 from the cache), 18,000 nodes, 210 tensors, 91 MB',
      { ...encoded, training: { steps: 280, resumed: 120 } },
    ],
    [
      'tensorflow on gpu: 1 step, 1 tensor, 400 B',
      {
        ...encoded,
        ...{ backend: 'tensorflow', device: 'gpu', compiled: 0, runs: 0, cacheHits: 0, nodes: {} },
        ...{ training: { steps: 1, resumed: 0 }, tensors: 1, bytes: 400 },
      },
    ],
    [
      'onnx on gpu: 210 tensors, 91 MB, at most 275 MB on the device',
      { ...encoded, device: 'gpu', runs: 0, deviceBytes: 0, mostDeviceBytes: 275e6 },
    ],
  ])('%s', (text, computation) => {
    expect(computationText(computation)).toBe(text);
  });

  test('one that was kept before tensors were counted', () => {
    const { backend, device, compiled, compileMs, cacheHits, runs, runMs, nodes } = encoded;
    const old = { backend, device, compiled, compileMs, cacheHits, runs, runMs, nodes };
    expect(computationText(old)).toMatch(/18,000 nodes$/);
  });
});

test('engines that one step opened one after the other count together', () => {
  const training = { steps: 10, resumed: 5 };
  const both = together({ ...encoded, training }, { ...encoded, tensors: 7, bytes: 1, nodes: { Add: 1 } });
  expect(both).toEqual({
    ...{ backend: 'onnx', device: 'cpu', compiled: 6, compileMs: 800, cacheHits: 234, runs: 240 },
    ...{ runMs: 39_200, nodes: { MatMul: 12_000, Add: 6_001 }, tensors: 7, bytes: 91e6, training },
  });
  expect(together(both, { ...encoded, training }).training).toEqual({ steps: 20, resumed: 10 });
});

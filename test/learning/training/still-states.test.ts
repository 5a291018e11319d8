// Layers that training leaves as they are read each text once: the weights are the same as where they read it in every step.
import { expect, test } from 'vitest';
import { loadTrainable } from '../../../src/learning/encoders/trainable.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { contrastive } from '../../../src/learning/training/contrastive.ts';
import { stillLayers, stillStates } from '../../../src/learning/training/still-states.ts';
import { tuneEncoder } from '../../../src/learning/training/tune-encoder.ts';
import { withEngine } from '../../engine/on-backend.ts';
import { rows } from '../../stages/models/tiny-encoder.ts';
import { oddBert, onDisk } from '../encoders/folders.ts';

const texts = rows('still', 24).map(([text]) => text);
const labels = texts.map((_, i) => i % 2);

/** `anew`: with an encoder beside it, whose layers could be compared, every layer reads its texts in every step. */
async function tuned(still: 'kept' | 'anew') {
  return withEngine('onnx', async (engine) => {
    const encoder = await loadTrainable(onDisk(oddBert));
    const objective = {
      ...contrastive({ texts, labels }, { loss: 'cosine', size: 8, random: createRandom('still pairs') }),
      ...(still === 'anew' && { beside: encoder }),
    };
    const losses: number[] = [];
    const { encoder: weights } = await tuneEncoder(engine, encoder, texts, objective, {
      trained: { layers: 1, how: 'weights' },
      schedule: { curve: 'linear', warmupSteps: 1, steps: 8 },
      rate: 1e-3,
      headRate: 1e-3,
      weightDecay: 0.01,
      dropout: 0.1,
      clip: 1,
      seed: 5,
      signal: new AbortController().signal,
      onStep: ({ loss }) => losses.push(loss),
      place: { every: Infinity, load: async () => undefined, save: async () => undefined },
      about: '',
    });
    const before = new Map(
      Object.entries(encoder.weights).map(([name, tensor]) => [name, tensor.dataSync()]),
    );
    encoder.dispose();
    return { weights, before, losses };
  });
}

test('what is trained does not depend on it', async () => {
  const [kept, anew] = [await tuned('kept'), await tuned('anew')];
  expect(kept.losses).toHaveLength(8);
  kept.losses.forEach((loss, i) => expect(loss).toBeCloseTo(anew.losses[i] ?? NaN, 5));
  expect([...kept.weights.keys()]).toEqual([...anew.weights.keys()]);
  let moved = 0;
  for (const [name, values] of kept.weights) {
    expect(name).toMatch(/^encoder\.layer\.1\./);
    const [other, start] = [anew.weights.get(name) ?? [], kept.before.get(name) ?? []];
    values.forEach((value, i) => {
      expect(Math.abs(value - (other[i] ?? NaN))).toBeLessThan(2e-5);
      moved = Math.max(moved, Math.abs(value - (start[i] ?? NaN)));
    });
  }
  expect(moved).toBeGreaterThan(1e-3);
});

test('how many layers stay as they are', () => {
  expect(stillLayers({ depth: 6, layers: 6 }, { layers: 2, how: 'weights' })).toBe(4);
  expect(stillLayers({ depth: 6, layers: 6 }, { layers: 'all', how: 'biases' })).toBe(0);
  // one layer that is run six times
  expect(stillLayers({ depth: 6, layers: 1 }, { layers: 1, how: 'weights' })).toBe(0);
});

test('of more than there is room for nothing is kept', async () => {
  const statesAfter = async (): Promise<never> => {
    throw new Error('not asked');
  };
  const ids = Array.from({ length: 3_000 }, () => Array.from({ length: 60 }, () => 1));
  const encoder = { width: 400, statesAfter };
  expect(await stillStates(encoder, { texts: ids }, 3, new AbortController().signal)).toBeUndefined();
});

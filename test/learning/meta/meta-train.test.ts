// Which weights `metaTrain` gives back where validation classes choose them.
import { expect, it } from 'vitest';
import { initialLearner } from '../../../src/learning/meta/learner.ts';
import { metaTrain, type MetaTrained, type MetaTraining } from '../../../src/learning/meta/meta-train.ts';
import { createRandom } from '../../../src/learning/random.ts';
import { withEngine } from '../../engine/on-backend.ts';

const shape = { ways: 2, shots: 1, queries: 2 };
const size = { height: 16, width: 16, channels: 1 };

/** Noise, of which nothing can be learnt. */
function noise(name: string): MetaTraining['pictures'] {
  const random = createRandom(name);
  const pictures = Array.from({ length: 6 }, () =>
    Uint8Array.from({ length: 256 }, () => random.next() * 255),
  );
  return { ...size, pixels: (row) => pictures[row] ?? new Uint8Array(256), classes: [[0, 1, 2], [3, 4, 5]] }; // prettier-ignore
}

/** By steps so long that they only do harm. */
async function trained(validation: MetaTraining['validation']) {
  return withEngine('onnx', async (engine) => {
    const { learner, measured } = await metaTrain(engine, {
      pictures: noise('learnt from'),
      rule: { name: 'anil', steps: 1, rate: 0.1, order: 1 },
      shape,
      steps: 3,
      tasks: 1,
      rate: 1,
      rotations: false,
      validation,
      seed: 5,
      place: { every: Infinity, load: async () => undefined, save: async () => undefined },
      about: '',
      signal: new AbortController().signal,
      onStep: () => undefined,
      resumed: () => undefined,
    });
    return { head: await headOf(learner), measured };
  });
}

async function headOf(learner: MetaTrained['learner']): Promise<readonly number[]> {
  return Array.from((await learner?.['head.weight']?.data()) ?? []);
}

it('keeps the weights that lost least on episodes of the validation classes, and the last ones without them', async () => {
  const first = Array.from(initialLearner(size, shape.ways, 5)['head.weight']?.data ?? []);
  const chosen = await trained(noise('others'));
  expect(chosen.measured.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  const [before = NaN, ...after] = chosen.measured.map(({ loss }) => loss);
  expect(before).toBeLessThan(Math.min(...after));
  expect(chosen.head).toEqual(first);
  const last = await trained(undefined);
  expect(last.measured).toEqual([]);
  expect(last.head).not.toEqual(first);
});

// One process of the check: trains a small encoder and prints, as JSON, its resident memory along the way, what it compiled and a digest
// of the weights.
import { createHash } from 'node:crypto';
import { openEngine } from '../../src/engine/engine.ts';
import { train } from '../../src/learning/training/train.ts';
import { mixedTexts, textTraining, type Sizes } from '../../test/learning/training/text-training.ts';

const sizes: Readonly<Record<string, Sizes>> = {
  small: { layers: 2, width: 64, heads: 4, vocabulary: 2_000 },
  large: { layers: 6, width: 384, heads: 12, vocabulary: 2_000 },
};
const [size = 'small', order = 'as drawn', threads = '2', count = '1000'] = process.argv.slice(2);
const steps = Number(count);
const own = sizes[size];
if (own === undefined) throw new Error(`no size ${size}`);

const engine = await openEngine({ backend: 'onnx', threads: Number(threads) });
const tokens = mixedTexts(400, own.vocabulary);
const training = textTraining(engine, {
  ...{ sizes: own, tokens, rows: tokens.map((_, text) => [text]), steps, seed: 3, dropoutRate: 0.1 },
  grouping: { by: 'tokens', tokens: size === 'small' ? 512 : 1_024, window: 100 },
});
// A batch of each shape, to go from one to the next with every step.
const shapes = [...new Set(training.batches.map(({ shape }) => shape))];
const ofShape = shapes.map((shape) => training.batches.findIndex((batch) => batch.shape === shape) + 1);
const batch = (index: number) =>
  training.batch(order === 'in turn' ? (ofShape[index % ofShape.length] ?? 1) : index);

const resident: number[] = [];
const milliseconds: number[] = [];
const began = performance.now();
let last = began;
const trained = await train({
  ...training,
  batch,
  onStep: () => {
    const now = performance.now();
    milliseconds.push(now - last);
    last = now;
    globalThis.gc?.();
    resident.push(process.memoryUsage().rss);
  },
});
const hash = createHash('sha256');
for (const name of Object.keys(trained).sort()) {
  const data = await trained[name]?.data<'float32'>();
  if (data !== undefined) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const { compiled, compileMs, cacheHits, runs, tensors } = engine.trace();
console.log(
  JSON.stringify({
    ...{ resident, milliseconds, shapes: shapes.length, compiled, compileMs, cacheHits, runs, tensors },
    seconds: (performance.now() - began) / 1000,
    most: maxRSS * 1024,
    processor: (userCPUTime + systemCPUTime) / 1e6,
    digest: hash.digest('hex'),
  }),
);

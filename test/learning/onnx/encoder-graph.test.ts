// The graph of every family in ONNX Runtime against what transformers computes with the same small models: texts of mixed lengths in one
// batch, padded on either side where the family counts tokens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOnnxFile } from '../../../src/engine/onnx-file.ts';
import { encodeModel } from '../../../src/engine/onnx-model.ts';
import { modelTypes } from '../../../src/learning/encoders/family.ts';
import { readFolderConfig } from '../../../src/learning/encoders/read-folder.ts';
import { encoderGraph, encoderInputs } from '../../../src/learning/onnx/encoder-graph.ts';
import { folderWeights } from '../../../src/learning/onnx/folder-weights.ts';
import { buildGraph, type WeightPrecision } from '../../../src/learning/onnx/graph-builder.ts';
import { onDisk } from '../encoders/folders.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/families');

/** Written by make.py. */
interface Expected {
  readonly texts: readonly (readonly number[])[];
  readonly states: readonly number[];
  readonly paired?: readonly number[];
}

const expectedOf = (type: string): Expected =>
  JSON.parse(readFileSync(join(fixtures, `${type}.json`), 'utf8')) as Expected;

interface Padding {
  readonly left?: boolean;
  /** Places beyond the longest text. */
  readonly more?: number;
}

/** The states of the tokens of all texts, one after the other. */
async function statesOf(
  type: string,
  texts: Expected['texts'],
  types: (place: number) => number,
  { left = false, more = 0 }: Padding = {},
  precision: WeightPrecision = 'fp32',
): Promise<Float32Array> {
  const folder = onDisk(join(fixtures, type));
  const config = await readFolderConfig(folder);
  const g = buildGraph(precision);
  const { states } = encoderGraph(g, config, await folderWeights(folder, config, precision));
  g.output('last_hidden_state', states, ['batch_size', 'sequence_length', config.hidden_size]);
  const file = await openOnnxFile(encodeModel(g.graph('encoder')), 1);
  const places = Math.max(...texts.map((text) => text.length)) + more;
  const starts = texts.map((text) => (left ? places - text.length : 0));
  const table = (value: (id: number, place: number) => number) => {
    const data = new BigInt64Array(texts.length * places);
    texts.forEach((text, row) =>
      text.forEach((id, place) => {
        data[row * places + (starts[row] ?? 0) + place] = BigInt(value(id, place));
      }),
    );
    return { type: 'int64', data, shape: [texts.length, places] } as const;
  };
  try {
    const found = await file.run({
      [encoderInputs.ids]: table((id) => id),
      [encoderInputs.mask]: table(() => 1),
      [encoderInputs.types]: table((_, place) => types(place)),
    });
    const { data, shape } = found['last_hidden_state'] ?? { data: new Float32Array(), shape: [] };
    expect(shape).toEqual([texts.length, places, config.hidden_size]);
    const width = config.hidden_size;
    return Float32Array.from(
      texts.flatMap((text, row) => {
        const start = (row * places + (starts[row] ?? 0)) * width;
        return [...(data as Float32Array).subarray(start, start + text.length * width)];
      }),
    );
  } finally {
    await file.dispose();
  }
}

function largest(actual: Float32Array, wanted: readonly number[]): number {
  expect(actual).toHaveLength(wanted.length);
  return Math.max(...wanted.map((value, i) => Math.abs(value - (actual[i] ?? NaN))));
}

describe.each(modelTypes)('%s', (type) => {
  const wanted = expectedOf(type);

  it('has the states of transformers, also of pairs', async () => {
    expect(largest(await statesOf(type, wanted.texts, () => 0), wanted.states)).toBeLessThan(1e-4);
    const paired = await statesOf(type, wanted.texts, (place) => Number(place >= 2));
    expect(largest(paired, wanted.paired ?? wanted.states)).toBeLessThan(1e-4);
  });

  it('has them for one text at a time, and with weights of half precision nearly so', async () => {
    const [first = []] = wanted.texts;
    const alone = await statesOf(type, [first], () => 0);
    expect(largest(alone, wanted.states.slice(0, alone.length))).toBeLessThan(1e-4);
    const half = await statesOf(type, wanted.texts, () => 0, {}, 'fp16');
    expect(largest(half, wanted.states)).toBeLessThan(0.02);
  });
});

it.each(['roberta', 'mpnet'])('%s does not mind on which side the padding is, and how much', async (type) => {
  const { texts, states } = expectedOf(type);
  const short = texts.filter((text) => text.length < 10);
  const all = texts.map((text) => text.length);
  const width = states.length / all.reduce((sum, length) => sum + length, 0);
  let start = 0;
  const wanted = texts.flatMap((text) => {
    const own = states.slice(start, start + text.length * width);
    start += own.length;
    return text.length < 10 ? own : [];
  });
  expect(largest(await statesOf(type, short, () => 0, { left: true }), wanted)).toBeLessThan(1e-4);
  expect(largest(await statesOf(type, short, () => 0, { left: true, more: 4 }), wanted)).toBeLessThan(1e-4);
});

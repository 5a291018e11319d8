import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Matrix } from '../../../src/learning/matrix.ts';
import { cachedEncode, type Encode } from '../../../src/stages/vector-cache.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fsl-vectors-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const signal = new AbortController().signal;

/** Vector of a text: its length and its first character's code. Records what it was asked for. */
function counting(): { readonly encode: Encode; readonly asked: string[] } {
  const asked: string[] = [];
  const encode: Encode = async (texts) => {
    asked.push(...texts);
    await new Promise((resolve) => setTimeout(resolve, 20)); // lets another caller in
    return vectorsOf(texts);
  };
  return { encode, asked };
}

function vectorsOf(texts: readonly string[]): Matrix {
  const data = Float32Array.from(texts.flatMap((text) => [text.length, text.codePointAt(0) ?? 0]));
  return { rows: texts.length, columns: 2, data };
}

function open(encode: Encode, key = 'e', maximumBytes?: number): Encode {
  return cachedEncode(encode, { directory, key, ...(maximumBytes !== undefined && { maximumBytes }) });
}

function files(suffix: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[])
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(directory, name));
}

test('a text is encoded once, whatever it is asked with', async () => {
  const { encode, asked } = counting();
  const texts = ['one', 'three', 'one', 'four'];
  expect(await open(encode)(texts, { signal })).toEqual(vectorsOf(texts));
  expect(await open(encode)(['five5', 'one', 'four'], { signal })).toEqual(
    vectorsOf(['five5', 'one', 'four']),
  );
  expect(asked).toEqual(['one', 'three', 'four', 'five5']);
});

test('another encoder has its own vectors', async () => {
  const { encode, asked } = counting();
  await open(encode, 'a')(['one'], { signal });
  await open(encode, 'b')(['one'], { signal });
  expect(asked).toEqual(['one', 'one']);
});

test('two that want the same texts at once share the work', async () => {
  const { encode, asked } = counting();
  const [a, b] = await Promise.all([
    open(encode)(['x', 'yy', 'zzz'], { signal }),
    open(encode)(['zzz', 'x', 'wwww'], { signal }),
  ]);
  expect(a).toEqual(vectorsOf(['x', 'yy', 'zzz']));
  expect(b).toEqual(vectorsOf(['zzz', 'x', 'wwww']));
  expect(asked.sort()).toEqual(['wwww', 'x', 'yy', 'zzz']);
  expect(files('.claim')).toEqual([]);
});

test('when the one that encodes fails, the one that waits does the work', async () => {
  const { encode, asked } = counting();
  const failing: Encode = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error('no');
  };
  const [first, second] = await Promise.allSettled([
    open(failing)(['x'], { signal }),
    open(encode)(['x'], { signal }),
  ]);
  expect(first.status).toBe('rejected');
  expect(second).toEqual({ status: 'fulfilled', value: vectorsOf(['x']) });
  expect(asked).toEqual(['x']);
});

test('the claim and the lock of a dead process hold nobody up', async () => {
  const { encode, asked } = counting();
  await open(encode)(['x'], { signal });
  const folder = join(directory, 'vectors', readdirSync(join(directory, 'vectors'))[0] ?? '');
  const dead = spawnSync(process.execPath, ['-e', '0']).pid;
  const id = createHash('sha256').update('yy').digest('hex');
  const left = JSON.stringify({ pid: dead, host: hostname(), ids: [id] });
  writeFileSync(join(folder, 'left.claim'), left);
  writeFileSync(join(folder, 'lock'), left);
  expect(await open(encode)(['x', 'yy'], { signal })).toEqual(vectorsOf(['x', 'yy']));
  expect(asked).toEqual(['x', 'yy']);
  expect(files('.claim')).toEqual([]);
});

test.each(['a flipped bit in a vector', 'a flipped bit in a digest', 'a cut file', 'an empty file'])(
  'a block with %s is removed and made again',
  async (damage) => {
    const { encode, asked } = counting();
    await open(encode)(['x', 'yy'], { signal });
    const [path = ''] = files('.vectors');
    const bytes = readFileSync(path);
    const flip = (at: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      return copy;
    };
    if (damage.includes('vector')) writeFileSync(path, flip(bytes.length - 3));
    else if (damage.includes('digest')) writeFileSync(path, flip(20));
    else writeFileSync(path, damage.includes('cut') ? bytes.subarray(0, bytes.length - 1) : '');
    expect(await open(encode)(['x', 'yy'], { signal })).toEqual(vectorsOf(['x', 'yy']));
    expect(asked.length).toBeGreaterThan(2);
    const before = asked.length;
    expect(await open(encode)(['yy', 'x'], { signal })).toEqual(vectorsOf(['yy', 'x']));
    expect(asked.length).toBe(before);
  },
);

test('the blocks unused for longest go when the cache is too large', async () => {
  const { encode, asked } = counting();
  await open(encode)(['old'], { signal });
  const [path = ''] = files('.vectors');
  utimesSync(path, new Date(0), new Date(0));
  await open(encode)(['new'], { signal });
  await open(encode, 'e', 60)(['newer'], { signal });
  expect(files('.vectors').length).toBe(1);
  await open(encode)(['newer'], { signal });
  expect(asked).toEqual(['old', 'new', 'newer']);
});

test('many small blocks are merged into few, and nothing is lost', async () => {
  const { encode, asked } = counting();
  const texts = Array.from({ length: 70 }, (_, i) => 'x'.repeat(i + 1));
  for (const text of texts) await open(encode)([text], { signal });
  expect(files('.vectors').length).toBeLessThan(10);
  expect(await open(encode)(texts, { signal })).toEqual(vectorsOf(texts));
  expect(asked.length).toBe(70);
}, 60_000);

test('waiting for another worker ends when the step is cancelled', async () => {
  const { encode } = counting();
  const slow: Encode = async (texts) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return vectorsOf(texts);
  };
  const working = open(slow)(['x'], { signal });
  const stop = new AbortController();
  const waiting = open(encode)(['x'], { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('stopped')), 60);
  await expect(waiting).rejects.toThrow('stopped');
  await working;
});

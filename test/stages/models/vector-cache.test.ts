import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Matrix } from '../../../src/learning/matrix.ts';
import { ownIdentity, type ProcessIdentity } from '../../../src/stages/process-identity.ts';
import { cachedEncode, type Encode } from '../../../src/stages/vector-cache.ts';
import type * as vectorClaims from '../../../src/stages/vector-claims.ts';

const claims = vi.hoisted(() => ({ beforeRead: async (): Promise<void> => undefined }));
vi.mock('../../../src/stages/vector-claims.ts', async (load) => {
  const own = await load<typeof vectorClaims>();
  const readClaims: typeof vectorClaims.readClaims = async (...given) => {
    await claims.beforeRead();
    return own.readClaims(...given);
  };
  return { ...own, readClaims };
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fsl-vectors-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  claims.beforeRead = async () => undefined;
  rmSync(directory, { recursive: true, force: true });
});

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

/** The folder of an encoder that has encoded `x`. */
async function encoderFolder(encode: Encode): Promise<string> {
  await open(encode)(['x'], { signal });
  return join(directory, 'vectors', readdirSync(join(directory, 'vectors'))[0] ?? '');
}

/** What a process that claims the text leaves when it is killed. */
function left(owner: ProcessIdentity, text: string): string {
  return JSON.stringify({ owner, ids: [createHash('sha256').update(text).digest('hex')] });
}

function replaced(folder: string, by: 'file' | 'link' = 'file'): void {
  rmSync(folder, { recursive: true });
  if (by === 'file') writeFileSync(folder, '');
  else symlinkSync(join(folder, 'nowhere'), folder);
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

test('what another stores and gives up while its claims are read is not encoded again', async () => {
  const { encode, asked } = counting();
  let goOn = (): void => undefined;
  let first: Promise<Matrix> | undefined;
  await new Promise<void>((begun) => {
    first = open(async (texts, options) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
        begun();
      });
      return encode(texts, options);
    })(['x'], { signal });
  });
  claims.beforeRead = async () => {
    goOn();
    await first;
  };
  expect(await open(encode)(['x'], { signal })).toEqual(vectorsOf(['x']));
  expect(asked).toEqual(['x']);
});

test('when the one that encodes fails, the one that waits does the work', async () => {
  const { encode, asked } = counting();
  let waiting: Promise<Matrix> | undefined;
  const failing: Encode = async () => {
    waiting = open(encode)(['x'], { signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toEqual([]);
    throw new Error('no');
  };
  await expect(open(failing)(['x'], { signal })).rejects.toThrow('no');
  expect(await waiting).toEqual(vectorsOf(['x']));
  expect(asked).toEqual(['x']);
});

const gone = (): ProcessIdentity => ({ ...ownIdentity(), pid: spawnSync(process.execPath, ['-e', '0']).pid });

test.each<[string, () => string]>([
  ['a dead process', () => left(gone(), 'yy')],
  ['a process whose number was given anew', () => left({ ...ownIdentity(), start: '1' }, 'yy')],
  ['a process before the machine was started anew', () => left({ ...ownIdentity(), boot: 'x/y' }, 'yy')],
  ['a process killed before it wrote', () => ''],
  ['a process killed while it wrote', () => left(ownIdentity(), 'yy').slice(0, 30)],
  ['something else', () => 'null'],
])('the claim and the lock of %s hold nobody up', async (_, contents) => {
  const { encode, asked } = counting();
  const folder = await encoderFolder(encode);
  writeFileSync(join(folder, 'left.claim'), contents());
  writeFileSync(join(folder, 'lock'), contents());
  expect(await open(encode)(['x', 'yy'], { signal })).toEqual(vectorsOf(['x', 'yy']));
  expect(asked).toEqual(['x', 'yy']);
  expect(files('lock')).toEqual([]);
});

test('a claim of another machine counts while its heart beats, and who is waited for is told once', async () => {
  const { encode, asked } = counting();
  const folder = await encoderFolder(encode);
  const claim = join(folder, 'left.claim');
  writeFileSync(claim, left({ ...ownIdentity(), pid: 77, host: 'far' }, 'yy'));
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const notes: string[] = [];
  const waiting = cachedEncode(encode, { directory, key: 'e', note: (note) => notes.push(note) })(['yy'], {
    signal,
  });
  const later = async (ms: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 300)); // waiters look every 50 ms
    now += ms;
  };
  await later(4_000);
  expect(notes).toEqual([]);
  for (let beat = 1; beat <= 4; beat += 1) {
    await later(20_000);
    utimesSync(claim, beat, beat); // by a clock that is far from ours
  }
  await later(0);
  expect(asked).toEqual(['x']);
  expect(notes).toEqual(['waits for process 77 on far, which is encoding the same texts']);
  await later(31_000);
  expect(await waiting).toEqual(vectorsOf(['yy']));
  expect(asked).toEqual(['x', 'yy']);
});

test('the lock of a living process is waited for until the step is cancelled', async () => {
  const { encode, asked } = counting();
  const folder = await encoderFolder(encode);
  writeFileSync(join(folder, 'lock'), left(ownIdentity(), 'yy'));
  const stop = new AbortController();
  setTimeout(() => stop.abort(Object.assign(new Error('stopped'), { code: 'ECANCELED' })), 100);
  await expect(open(encode)(['yy'], { signal: stop.signal })).rejects.toThrow('stopped');
  expect(asked).toEqual(['x']);
  expect(files('lock').length).toBe(1);
});

test.each<[string, (folder: string) => void]>([
  ['a file in place of the cache', () => replaced(directory)],
  ['a file in place of all encoders', () => replaced(join(directory, 'vectors'))],
  ['a file in place of the encoder', (folder) => replaced(folder)],
  ['a link to nowhere in place of all encoders', () => replaced(join(directory, 'vectors'), 'link')],
  ['a link to nowhere in place of the encoder', (folder) => replaced(folder, 'link')],
])('with %s, vectors are made and nothing is kept', async (_, break_) => {
  const { encode, asked } = counting();
  break_(await encoderFolder(encode));
  expect(await open(encode)(['x', 'yy'], { signal })).toEqual(vectorsOf(['x', 'yy']));
  expect(asked).toEqual(['x', 'x', 'yy']);
});

test('folders in place of a lock, a claim and a block are left alone', async () => {
  const { encode, asked } = counting();
  const folder = await encoderFolder(encode);
  for (const name of ['lock', 'a.claim', 'a.vectors']) mkdirSync(join(folder, name));
  expect(await open(encode)(['x', 'yy'], { signal })).toEqual(vectorsOf(['x', 'yy']));
  expect(asked).toEqual(['x', 'yy']); // what is stored can be read without the lock
  rmdirSync(join(folder, 'lock'));
  expect(await open(encode)(['yy', 'zzz'], { signal })).toEqual(vectorsOf(['yy', 'zzz']));
  expect(await open(encode)(['yy', 'zzz'], { signal })).toEqual(vectorsOf(['yy', 'zzz']));
  expect(asked).toEqual(['x', 'yy', 'zzz']);
});

test('a cache deleted while texts are encoded or waited for does not fail the step', async () => {
  const { encode, asked } = counting();
  let waiting: Promise<Matrix> | undefined;
  const deleting: Encode = async (texts) => {
    waiting = open(encode)(['x'], { signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(directory, { recursive: true });
    return vectorsOf(texts);
  };
  expect(await open(deleting)(['x'], { signal })).toEqual(vectorsOf(['x']));
  expect(await waiting).toEqual(vectorsOf(['x']));
  expect(asked).toEqual(['x']);
});

test('errors of the encoder are its own, also those of the file system', async () => {
  const encode: Encode = async () => {
    await readFile(join(directory, 'model.onnx'));
    return vectorsOf([]);
  };
  await expect(open(encode)(['x'], { signal })).rejects.toThrow('ENOENT');
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
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const slow: Encode = async (texts) => {
    begin();
    await finished;
    return vectorsOf(texts);
  };
  const working = open(slow)(['x'], { signal });
  await begun; // it holds the claim now
  const stop = new AbortController();
  const waiting = open(encode)(['x'], { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('stopped')), 60);
  await expect(waiting).rejects.toThrow('stopped');
  finish();
  await working;
});

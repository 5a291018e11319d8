// Broken pictures made of good ones, and whether the decoder takes each as pixels or names what is wrong. Usage, by scripts/fuzz-images.mjs.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ImageError, openDecoder } from '../../src/learning/images/decode.ts';
import { createRandom, type Random } from '../../src/learning/random.ts';
import { bombs } from './image-bombs.ts';

export interface Fuzzed {
  readonly decoded: number;
  /** How often each reason was given, without the numbers in it. */
  readonly refused: ReadonlyMap<string, number>;
  /** What is no answer: another error, or no reason. */
  readonly findings: readonly {
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly error: unknown;
  }[];
  /** Milliseconds. */
  readonly slowest: { readonly name: string; readonly time: number };
}

export async function fuzzImages(
  root: string,
  {
    count,
    seed,
    progress,
  }: { readonly count: number; readonly seed: number; readonly progress: (done: number) => void },
): Promise<Fuzzed> {
  const folder = join(root, 'test/fixtures/images');
  const good = readdirSync(folder)
    .filter((name) => /\.(png|jpg|gif|bmp|webp)$/.test(name))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  const wasm = createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm');
  const decode = await openDecoder(async () => readFileSync(wasm));
  const all = bombs(good);
  const refused = new Map<string, number>();
  const findings: Fuzzed['findings'][number][] = [];
  let [decoded, slowest] = [0, { name: '', time: 0 }];
  for (let i = 0; i < count; i++) {
    const random = createRandom(seed, 'image', i);
    const { name, bytes } = all[i] ?? broken(good, random);
    const started = performance.now();
    try {
      const { height, width, channels, data } = decode(bytes);
      if (data.length !== height * width * channels) throw new Error('pixels that do not fit the size');
      decoded += 1;
    } catch (error) {
      if (!(error instanceof ImageError) || !/^(is|declares) ./.test(error.message))
        findings.push({ name, bytes, error });
      else {
        const kind = error.message.replace(/\d[\d,.]*/g, 'N').slice(0, 90);
        refused.set(kind, (refused.get(kind) ?? 0) + 1);
      }
    }
    const time = performance.now() - started;
    if (time > slowest.time) slowest = { name, time };
    progress(i + 1);
  }
  return { decoded, refused, findings, slowest };
}

type Picture = { readonly name: string; readonly bytes: Uint8Array };

/** One to three edits of a good picture. */
function broken(good: readonly Picture[], random: Random): Picture {
  const pick = (): Picture => good[random.below(good.length)] ?? { name: '', bytes: new Uint8Array() };
  const start = pick();
  let bytes = start.bytes;
  const edits = 1 + random.below(3);
  for (let i = 0; i < edits; i++) bytes = edited(bytes, pick().bytes, random);
  return { name: `${start.name}, ${edits} edits`, bytes };
}

function edited(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  // Headers are short, and what they say decides the most.
  const near = random.below(2) === 0 ? random.below(Math.min(64, bytes.length + 1)) : at;
  const length = random.below(Math.max(1, Math.min(200, bytes.length - near)));
  const changed = new Uint8Array(bytes);
  switch (random.below(7)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      if (near < changed.length) changed[near] = (changed[near] ?? 0) ^ (1 << random.below(8));
      return changed;
    case 2:
      for (let i = near; i < Math.min(near + 4, changed.length); i++) changed[i] = random.below(256);
      return changed;
    case 3:
      return joined(bytes.slice(0, near), bytes.slice(near + length));
    case 4:
      return joined(bytes.slice(0, near), bytes.slice(near, near + length), bytes.slice(near));
    case 5:
      for (let i = near; i < Math.min(near + 4, changed.length); i++) changed[i] = 0xff;
      return changed;
    default:
      return joined(bytes.slice(0, at), other.slice(random.below(other.length)));
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

// Many blocks of Philox4x32-10 (philox.ts) at once, in WebAssembly, which multiplies 64 bits at a time: for what draws by the million.
import { encodeModule, getLocal, i32, i64, setLocal, signed, unsigned } from '../engine/loops/wasm-module.ts';
import { webAssembly } from '../engine/loops/web-assembly.ts';

/** Blocks of a call. */
const most = 1024;

export interface PhiloxBlocks {
  readonly most: number;
  /** Four words for each of `most` blocks from the counter on, whose first word counts; they hold until the next call. */
  readonly fill: (counter: Uint32Array, key: Uint32Array) => Uint32Array;
}

export function philoxBlocks(): PhiloxBlocks {
  const memory = new webAssembly.Memory({ initial: 1 });
  const code = new webAssembly.Module(encodeModule(fillFunction));
  const { exports } = new webAssembly.Instance(code, { env: { memory } });
  const fill = exports['fill'] as (bytes: number, ...words: number[]) => void; // as it was just written
  const words = new Uint32Array(memory.buffer, 0, 4 * most);
  return {
    most,
    fill: ([c0 = 0, c1 = 0, c2 = 0, c3 = 0], [k0 = 0, k1 = 0]) => {
      fill(16 * most, c0, c1, c2, c3, k0, k1);
      return words;
    },
  };
}

const get = (local: number): number[] => [getLocal, ...unsigned(local)];
const set = (local: number): number[] => [setLocal, ...unsigned(local)];
const constant = (word: number): number[] => [0x41, ...signed(BigInt(word | 0))];
const [add, xor, wrap, extend, multiply, shift] = [0x6a, 0x73, 0xa7, 0xad, 0x7e, 0x88] as const;
/** `i64` of a word, unsigned. */
const wide = (word: number): number[] => [0x42, ...signed(BigInt(word))];

const [bytes, c0, c1, c2, c3, k0, k1] = [0, 1, 2, 3, 4, 5, 6] as const;
const [place, x0, x1, x2, x3, product0, product1] = [7, 8, 9, 10, 11, 12, 13] as const;

const high = (product: number): number[] => [...get(product), ...wide(32), shift, wrap];
const key = (local: number, step: number, round: number): number[] => [
  ...get(local),
  ...constant(Math.imul(step, round)),
  add,
];

const rounds = Array.from({ length: 10 }, (_, round) => [
  ...[...get(x0), extend, ...wide(0xd2511f53), multiply, ...set(product0)],
  ...[...get(x2), extend, ...wide(0xcd9e8d57), multiply, ...set(product1)],
  ...[...high(product1), ...get(x1), xor, ...key(k0, 0x9e3779b9, round), xor, ...set(x0)],
  ...[...get(product1), wrap, ...set(x1)],
  ...[...high(product0), ...get(x3), xor, ...key(k1, 0xbb67ae85, round), xor, ...set(x2)],
  ...[...get(product0), wrap, ...set(x3)],
]).flat();

const store = (local: number, offset: number): number[] => [...get(place), ...get(local), 0x36, 2, offset];

const fillFunction = {
  name: 'fill',
  parameters: [i32, i32, i32, i32, i32, i32, i32],
  locals: [
    [5, i32],
    [2, i64],
  ],
  code: [
    ...[0x03, 0x40], // loop
    ...[c0, c1, c2, c3].flatMap((local, i) => [...get(local), ...set(x0 + i)]),
    ...rounds,
    ...[x0, x1, x2, x3].flatMap((local, i) => store(local, 4 * i)),
    ...[...get(c0), ...constant(1), add, ...set(c0)],
    ...[...get(place), ...constant(16), add, ...set(place)],
    ...[...get(place), ...get(bytes), 0x49, 0x0d, 0, 0x0b], // again while below the number of bytes
  ],
} as const;

// One loop over arrays, in place, however long a formula is: where every operation of a graph would read and write memory once.
import type { Formula } from './arithmetic.ts';
import { encodeLoop } from './wasm-loop.ts';
import { webAssembly } from './web-assembly.ts';

export interface LoopFormulas {
  /** Arrays that are read only. */
  readonly reads: readonly string[];
  readonly scalars: readonly string[];
  /** Arrays that are read and written. */
  readonly writes: Readonly<Record<string, Formula>>;
  /** What is summed over all elements. */
  readonly sum?: Formula;
}

export interface Loop {
  /**
   * Over arrays of one length; gives the sum. They go through a memory of WebAssembly in pieces that fit into a core's cache.
   */
  run(arrays: Readonly<Record<string, Float32Array>>, scalars: Readonly<Record<string, number>>): number;
  /** For arrays that lie in such a memory themselves, whose addresses will be given in this order. */
  inside(memory: WasmMemory, order: readonly string[]): InsideLoop;
}

/** Over `bytes` at each address, a multiple of 16. */
export type InsideLoop = (
  scalars: Readonly<Record<string, number>>,
) => (bytes: number, addresses: readonly number[]) => void;

/** Numbers of an array in a piece. */
const piece = 8192;

export function compileLoop({ reads, scalars, writes, sum }: LoopFormulas): Loop {
  const written = Object.keys(writes);
  const arrays = [...written, ...reads];
  const code = new webAssembly.Module(encodeLoop({ arrays, scalars, writes: Object.entries(writes), sum }));
  const over = (memory: WasmMemory): ((...numbers: number[]) => number) => {
    const { exports } = new webAssembly.Instance(code, { env: { memory } });
    return exports['loop'] as (...numbers: number[]) => number; // as it was just written
  };
  const scalarsOf = (numbers: Readonly<Record<string, number>>): readonly number[] =>
    scalars.map((name) => found(numbers[name], name));
  const memory = wasmMemory(arrays.length * 4 * piece);
  const rooms = arrays.map((_, i) => new Float32Array(memory.buffer, 4 * i * piece, piece));
  const addresses = arrays.map((_, i) => 4 * i * piece);
  const loop = over(memory);
  return {
    run(given, numbers) {
      const values = scalarsOf(numbers);
      const sources = arrays.map((name) => found(given[name], name));
      const length = sources[0]?.length ?? 0;
      if (sources.some((source) => source.length !== length)) throw new Error('arrays of different lengths');
      let total = 0;
      for (let start = 0; start < length; start += piece) {
        const count = Math.min(piece, length - start);
        const rest = count % 4 === 0 ? 0 : 4 - (count % 4);
        sources.forEach((source, i) => {
          rooms[i]?.set(source.subarray(start, start + count));
          if (rest > 0) rooms[i]?.fill(0, count, count + rest);
        });
        total += loop(4 * (count + rest), ...addresses, ...values);
        for (let i = 0; i < written.length; i++) {
          const room = rooms[i];
          if (room !== undefined) sources[i]?.set(count === piece ? room : room.subarray(0, count), start);
        }
      }
      return total;
    },
    inside(memory, order) {
      const loop = over(memory);
      const places = arrays.map((name) => order.indexOf(name));
      if (places.includes(-1))
        throw new Error(`addresses of ${order.join()} for a loop over ${arrays.join()}`);
      return (numbers) => {
        const values = scalarsOf(numbers);
        return (bytes, given) => {
          loop(bytes, ...places.map((place) => given[place] ?? NaN), ...values);
        };
      };
    },
  };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A memory of zeros, which the system gives page by page as it is written. At most 4 GB less 64 KB. */
export function wasmMemory(bytes: number): WasmMemory {
  return new webAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / 65536)) });
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`no \`${name}\` for a loop`);
  return value;
}

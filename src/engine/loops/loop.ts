// One loop over arrays, in place, however long a formula is: where every operation of a graph would read and write memory once. The
// arrays go through a memory of WebAssembly in pieces that fit into a core's cache.
import type { Formula } from './arithmetic.ts';
import { webAssembly } from './web-assembly.ts';
import { encodeLoop } from './wasm-loop.ts';

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
  /** Over arrays of one length; gives the sum. */
  run(arrays: Readonly<Record<string, Float32Array>>, scalars: Readonly<Record<string, number>>): number;
}

/** Numbers of an array in a piece. */
const piece = 8192;

export function compileLoop({ reads, scalars, writes, sum }: LoopFormulas): Loop {
  const written = Object.keys(writes);
  const arrays = [...written, ...reads];
  const bytes = encodeLoop({ arrays, scalars, writes: Object.entries(writes), sum, room: 4 * piece });
  const memory = new webAssembly.Memory({ initial: Math.ceil((arrays.length * 4 * piece) / 65536) });
  const { exports } = new webAssembly.Instance(new webAssembly.Module(bytes), { env: { memory } });
  const loop = exports['loop'] as (bytes: number, ...scalars: number[]) => number; // as it was just written
  const rooms = arrays.map((_, i) => new Float32Array(memory.buffer, 4 * i * piece, piece));
  return {
    run(given, numbers) {
      const values = scalars.map((name) => found(numbers[name], name));
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
        total += loop(4 * (count + rest), ...values);
        for (let i = 0; i < written.length; i++) {
          const room = rooms[i];
          if (room !== undefined) sources[i]?.set(count === piece ? room : room.subarray(0, count), start);
        }
      }
      return total;
    },
  };
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`no \`${name}\` for a loop`);
  return value;
}

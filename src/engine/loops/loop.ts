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
  /** Over rows of matrices of one width. */
  runRows(
    matrices: Readonly<Record<string, Rows>>,
    width: number,
    scalars: Readonly<Record<string, number>>,
  ): number;
}

export interface Rows {
  readonly data: Float32Array;
  /** As many for all matrices of a call; -1 is a row of zeros, which may only be read. */
  readonly rows: Int32Array;
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
  const compute = (count: number, values: readonly number[]): number => {
    const rest = count % 4 === 0 ? 0 : 4 - (count % 4);
    if (rest > 0) for (const room of rooms) room.fill(0, count, count + rest);
    return loop(4 * (count + rest), ...values);
  };
  return {
    run(given, numbers) {
      const values = scalars.map((name) => found(numbers[name], name));
      const sources = arrays.map((name) => found(given[name], name));
      const length = sources[0]?.length ?? 0;
      if (sources.some((source) => source.length !== length)) throw new Error('arrays of different lengths');
      let total = 0;
      for (let start = 0; start < length; start += piece) {
        const count = Math.min(piece, length - start);
        sources.forEach((source, i) => rooms[i]?.set(source.subarray(start, start + count)));
        total += compute(count, values);
        for (let i = 0; i < written.length; i++) {
          const room = rooms[i];
          if (room !== undefined) sources[i]?.set(count === piece ? room : room.subarray(0, count), start);
        }
      }
      return total;
    },
    runRows(given, width, numbers) {
      if (width > piece) throw new RangeError(`rows of ${width} numbers, and ${piece} is the most`);
      const values = scalars.map((name) => found(numbers[name], name));
      const sources = arrays.map((name) => found(given[name], name));
      const length = sources[0]?.rows.length ?? 0;
      if (sources.some(({ rows }) => rows.length !== length)) throw new Error('as many rows of each matrix');
      const most = Math.floor(piece / width);
      let total = 0;
      for (let start = 0; start < length; start += most) {
        const count = Math.min(most, length - start);
        sources.forEach(({ data, rows }, i) => {
          for (let k = 0; k < count; k++) {
            const row = rows[start + k] ?? -1;
            if (row < 0) rooms[i]?.fill(0, k * width, (k + 1) * width);
            else rooms[i]?.set(data.subarray(row * width, (row + 1) * width), k * width);
          }
        });
        total += compute(count * width, values);
        for (let i = 0; i < written.length; i++) {
          const [source, room] = [sources[i], rooms[i]];
          for (let k = 0; k < count; k++)
            if (room !== undefined)
              source?.data.set(
                room.subarray(k * width, (k + 1) * width),
                (source.rows[start + k] ?? 0) * width,
              );
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

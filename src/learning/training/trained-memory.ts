// The state of trained parameters and the gradients that move them, in memories of WebAssembly, where the update reads and writes them as
// they lie. Parameters stay outside, where large pages make products with them faster; they go through in pieces.
import { wasmMemory } from '../../engine/loops/loop.ts';
import type { WasmMemory } from '../../engine/loops/loop.ts';
import type { InPlace } from '../optimizers/in-place.ts';
import { stateName } from '../optimizers/optimizer.ts';
import type { StepNumbers, UpdateRule } from '../optimizers/optimizer.ts';
import type { Reals, RealTensor } from './host-arrays.ts';

export interface TrainedMemory {
  readonly state: Reals;
  readonly gradients: Reals;
  /** Writes the next parameters and state over the last. Gradients count times `factor`. */
  readonly update: (numbers: StepNumbers, factor: number) => void;
}

/** Numbers of a parameter in a piece. */
const piece = 8192;
/** Bytes of one memory, but for a parameter that needs more. */
const usualBytes = 2 ** 30;

/** `stateBefore` only where training goes on: otherwise the state is 0, and its memory is not touched before the first update. */
export function trainedMemory(
  parameters: Reals,
  stateBefore: Reals | undefined,
  rule: UpdateRule,
  inPlace: InPlace,
): TrainedMemory {
  const state: Record<string, RealTensor> = {};
  const gradients: Record<string, RealTensor> = {};
  const updates = grouped(parameters, 1 + rule.kinds.length).flatMap((group) => {
    const room = 4 * piece;
    const lengths = group.map(([, { data }]) => 4 * Math.ceil(data.length / 4));
    const memory = wasmMemory(room + sum(lengths) * 4 * (1 + rule.kinds.length));
    const pieceRoom = new Float32Array(memory.buffer, 0, piece);
    let end = room;
    return group.map(([name, parameter], i) => {
      const bytes = 4 * (lengths[i] ?? 0);
      const start = end;
      end += bytes * (1 + rule.kinds.length);
      const starts = [...rule.kinds.keys(), rule.kinds.length].map((place) => start + place * bytes);
      gradients[name] = view(memory, starts.at(-1) ?? 0, parameter);
      rule.kinds.forEach((kind, k) => {
        const key = stateName(kind, name);
        const tensor = view(memory, starts[k] ?? 0, parameter);
        const before = stateBefore?.[key];
        if (before !== undefined) tensor.data.set(before.data);
        state[key] = tensor;
      });
      const ofNumbers = inPlace.inside(memory, name);
      return (numbers: StepNumbers, factor: number): void =>
        throughPieces(parameter.data, pieceRoom, starts, ofNumbers(numbers, factor));
    });
  });
  return {
    state,
    gradients,
    update: (numbers, factor) => {
      for (const update of updates) update(numbers, factor);
    },
  };
}

/** `starts` are the addresses of every kind of state and of the gradient. */
function throughPieces(
  parameter: Float32Array,
  room: Float32Array,
  starts: readonly number[],
  update: (bytes: number, addresses: readonly number[]) => void,
): void {
  for (let from = 0; from < parameter.length; from += piece) {
    const part = parameter.subarray(from, from + piece);
    room.set(part);
    const count = 4 * Math.ceil(part.length / 4);
    if (count > part.length) room.fill(0, part.length, count);
    update(4 * count, [0, ...starts.map((start) => start + 4 * from)]);
    part.set(part.length === piece ? room : room.subarray(0, part.length));
  }
}

function view(memory: WasmMemory, start: number, { type, shape, data }: RealTensor): RealTensor {
  return { type, shape, data: new Float32Array(memory.buffer, start, data.length) };
}

/** Parameters that share a memory, of `arrays` arrays for each. */
function grouped(parameters: Reals, arrays: number): readonly (readonly [string, RealTensor])[][] {
  const groups: [string, RealTensor][][] = [];
  let bytes = Infinity;
  for (const entry of Object.entries(parameters)) {
    const more = 4 * (entry[1].data.length + 4) * arrays;
    if (bytes + more > usualBytes) {
      groups.push([]);
      bytes = 0;
    }
    bytes += more;
    groups.at(-1)?.push(entry);
  }
  return groups;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

// Writes a formula as a WebAssembly module with one function: a loop that reads arrays of a memory, four numbers at a time, and
// writes others. The instructions: https://webassembly.github.io/spec/core/binary. Knows nothing of what the formula is for.
import type { Formula } from './arithmetic.ts';
import { encodeModule, f32, getLocal, i32, setLocal, teeLocal, unsigned, v128 } from './wasm-module.ts';
import type { WasmFunction } from './wasm-module.ts';

export interface LoopSource {
  /** Arrays that are read or written. */
  readonly arrays: readonly string[];
  readonly scalars: readonly string[];
  /** What becomes of arrays. */
  readonly writes: readonly (readonly [array: string, formula: Formula])[];
  /** What the function returns the sum of, over all elements. */
  readonly sum?: Formula | undefined;
}

/**
 * Exports `loop(bytes, ...addresses, ...scalars)`, with an address for each array; imports the memory `env.memory`. `bytes` is a
 * multiple of 16 and above 0.
 */
export function encodeLoop(source: LoopSource): Uint8Array<ArrayBuffer> {
  const parameters = [i32, ...source.arrays.map(() => i32), ...source.scalars.map(() => f32)];
  return encodeModule({ name: 'loop', parameters, result: f32, ...body(source) });
}

/** Of instructions on four reals at once, after the prefix 0xfd. */
const vector = {
  load: [0x00],
  store: [0x0b],
  splat: [0x13],
  lane: [0x1f],
  sqrt: [0xe3, 1],
  add: [0xe4, 1],
  sub: [0xe5, 1],
  mul: [0xe6, 1],
  div: [0xe7, 1],
} as const;
const simd = (name: keyof typeof vector): number[] => [0xfd, ...vector[name]];

function body({ arrays, scalars, writes, sum }: LoopSource): Pick<WasmFunction, 'locals' | 'code'> {
  const firstScalar = 1 + arrays.length;
  const counter = firstScalar + scalars.length;
  const total = counter + 1;
  const places = new Map<string, number>(); // locals of scalars, four times each
  scalars.forEach((name, i) => places.set(name, total + 1 + i));
  const made = new Map<Formula, number>(); // locals of what is computed already
  const code: number[] = [];
  const address = (array: string): number[] => [
    ...[getLocal, ...unsigned(1 + arrays.indexOf(array))],
    ...[getLocal, ...unsigned(counter), 0x6a], // i32.add
  ];
  const aligned = [2, 0]; // to 4 bytes
  /** Leaves the formula's value on the stack. */
  const value = (formula: Formula): void => {
    const known = formula.kind === 'scalar' ? places.get(formula.name) : made.get(formula);
    if (known !== undefined) {
      code.push(getLocal, ...unsigned(known));
      return;
    }
    if (formula.kind === 'array') code.push(...address(formula.name), ...simd('load'), ...aligned);
    else if (formula.kind === 'scalar') throw new Error(`no scalar \`${formula.name}\``);
    else {
      formula.of.forEach(value);
      code.push(...simd(formula.kind));
    }
    const local = total + 1 + scalars.length + made.size;
    made.set(formula, local);
    code.push(teeLocal, ...unsigned(local));
  };
  scalars.forEach((_, i) => {
    code.push(getLocal, ...unsigned(firstScalar + i), ...simd('splat'), setLocal, ...unsigned(total + 1 + i));
  });
  code.push(0x03, 0x40); // loop
  // All is computed before anything is written, as a formula may read what another writes.
  for (const formula of [...writes.map(([, formula]) => formula), ...(sum === undefined ? [] : [sum])]) {
    value(formula);
    code.push(0x1a); // drop
  }
  for (const [array, formula] of writes) {
    code.push(...address(array));
    value(formula);
    code.push(...simd('store'), ...aligned);
  }
  if (sum !== undefined) {
    code.push(getLocal, ...unsigned(total));
    value(sum);
    code.push(...simd('add'), setLocal, ...unsigned(total));
  }
  code.push(getLocal, ...unsigned(counter), 0x41, 16, 0x6a, teeLocal, ...unsigned(counter)); // += 16
  code.push(getLocal, 0, 0x49, 0x0d, 0, 0x0b); // again while below the number of bytes
  for (let lane = 0; lane < 4; lane++) {
    code.push(getLocal, ...unsigned(total), ...simd('lane'), lane);
    if (lane > 0) code.push(0x92); // f32.add
  }
  const locals = [
    [1, i32],
    [1 + scalars.length + made.size, v128],
  ] as const;
  return { locals, code };
}

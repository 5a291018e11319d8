// Writes a WebAssembly module with one function and a memory that it imports. https://webassembly.github.io/spec/core/binary.

export interface WasmFunction {
  /** Under which it is exported. */
  readonly name: string;
  /** Value types; a parameter is the local of its place. */
  readonly parameters: readonly number[];
  readonly result?: number;
  /** After the parameters: how many of which value type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  /** Instructions, without the last `end`. */
  readonly code: readonly number[];
}

/** Value types. */
export const [i32, i64, f32, v128] = [0x7f, 0x7e, 0x7d, 0x7b] as const;
export const [getLocal, setLocal, teeLocal] = [0x20, 0x21, 0x22] as const;

/** The memory is `env.memory`. */
export function encodeModule(written: WasmFunction): Uint8Array<ArrayBuffer> {
  const { name, parameters, result, locals, code } = written;
  const results = result === undefined ? [] : [[result]];
  const counted = list(locals.map(([count, type]) => [...unsigned(count), type]));
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
    ...section(1, list([[0x60, ...list(parameters.map((type) => [type])), ...list(results)]])), // types
    ...section(2, list([[...text('env'), ...text('memory'), 2, 0, 1]])), // imports
    ...section(3, list([[0]])), // functions
    ...section(7, list([[...text(name), 0, 0]])), // exports
    ...section(10, list([sized([...counted, ...code, 0x0b])])), // code
  ]);
}

export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

export function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const last = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
  return last ? [low] : [low + 128, ...signed(rest)];
}

function text(value: string): number[] {
  return sized([...new TextEncoder().encode(value)]);
}

function list(parts: readonly (readonly number[])[]): number[] {
  return [...unsigned(parts.length), ...parts.flat()];
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...sized(bytes)];
}

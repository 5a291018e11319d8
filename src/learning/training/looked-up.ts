// A table of which each batch reads a few rows. Only these get a gradient, and only rows that ever had one have state: the others
// shrink alike, which is one factor for all of them, applied to a row when it is first read. So neither the gradient nor the
// state of the whole table is ever touched; the result is that of training the whole table, but for rounding in that factor.
import type { HostTensor, HostTensors } from '../../engine/program.ts';
import { wasmMemory } from '../../engine/loops/loop.ts';
import type { InPlace } from '../optimizers/in-place.ts';
import { stateName } from '../optimizers/optimizer.ts';
import type { StepNumbers, UpdateRule } from '../optimizers/optimizer.ts';
import type { Reals, RealTensor } from './host-arrays.ts';
import { rateAt } from './train.ts';
import type { Training } from './train.ts';

/** All tables of a training. */
export interface LookedUpTables {
  /** The tables and their state, in memory of their own. */
  readonly parameters: Reals;
  readonly state: Reals;
  /** Each with the name of its ids in the batches. */
  readonly names: Readonly<Record<string, string>>;
  /** Brings the rows up to date that a batch is about to read. */
  prepare(batch: HostTensors): void;
  /** Where the gradients of the rows that a batch reads are to be written, by table. They are read by `add`. */
  memory(batch: HostTensors): Reals;
  /** Adds the gradients that were written there. */
  add(batch: HostTensors): void;
  /** What was added since the last update. */
  gradients(): readonly Float32Array[];
  update(numbers: StepNumbers, factor: number): void;
  /** For each table as `touched table`: 1 for rows that were read. The others are as they were at the start. */
  readonly touched: HostTensors;
  /** Brings all rows up to date; nothing may be called afterwards. */
  finish(): void;
}

/** Of a training on an engine that records. */
export function lookedUpTables(
  training: Training,
  parameters: Reals,
  before: Reals | undefined,
  inPlace: InPlace,
): LookedUpTables {
  const { rule } = training.optimizer;
  const done = Array.from({ length: training.start?.step ?? 0 }, (_, i) => ({
    step: i + 1,
    rate: rateAt(training, i + 1),
  }));
  const tables = Object.entries(lookupsOf(training)).map(([name, ids]) => {
    const parameter = found(parameters, name);
    const read = before?.[touchedName(name)]?.data;
    // A state that does not say which rows were read may have them all.
    const unknown = new Float32Array(parameter.shape[0] ?? 0).fill(before === undefined ? 0 : 1);
    const touched = read === undefined ? unknown : Float32Array.from(read);
    const table = lookedUp({ name, parameter, before, touched }, rule, inPlace, done);
    return { name, ids, touched, table };
  });
  return {
    parameters: Object.fromEntries(tables.map(({ name, table }) => [name, table.parameter])),
    state: Object.assign({}, ...tables.map(({ table }) => table.state)) as Reals,
    names: Object.fromEntries(tables.map(({ name, ids }) => [name, ids])),
    prepare: (batch) => tables.forEach(({ ids, table }) => table.prepare(found(batch, ids).data)),
    memory: (batch) =>
      Object.fromEntries(tables.map(({ name, ids, table }) => [name, table.memory(found(batch, ids).data)])),
    add: (batch) =>
      tables.forEach(({ ids, table }) => {
        const rows = found(batch, ids).data;
        table.add(rows, table.memory(rows).data);
      }),
    gradients: () => tables.map(({ table }) => table.gradient()),
    update: (numbers, factor) => tables.forEach(({ table }) => table.update(numbers, factor)),
    touched: Object.fromEntries(
      tables.map(({ name, touched }) => [
        touchedName(name),
        { type: 'float32', shape: [touched.length], data: touched },
      ]),
    ),
    finish: () => tables.forEach(({ table }) => table.finish()),
  };
}

/** Those whose optimizer leaves rows without gradient alone, or shrinks them. */
function lookupsOf(training: LookupTraining): Readonly<Record<string, string>> {
  const { lookups = {}, optimizer, parameters } = training;
  const { rule } = optimizer;
  const still = ([name]: readonly [string, string]): boolean => {
    const { shape } = found(parameters, name);
    const bytes = 4 * shape.reduce((product, size) => product * size, 1) * (1 + rule.kinds.length);
    // Rows are read four numbers at a time, and all lies in one memory of WebAssembly.
    if (shape.length !== 2 || (shape[1] ?? 0) % 4 !== 0 || bytes > mostBytes) return false;
    return rule.rest({ step: 1, rate: 0 }, rule.groupOf(name)) !== undefined;
  };
  return Object.fromEntries(Object.entries(lookups).filter(still));
}

const mostBytes = 2 ** 32 - 2 ** 24;

type LookupTraining = Pick<Training, 'engine' | 'lookups' | 'optimizer' | 'parameters'>;

/** Names and shapes of the state that a training has. */
export function stateShapes(training: LookupTraining): Readonly<Record<string, readonly number[]>> {
  const { engine, optimizer, parameters } = training;
  const plain = optimizer.stateFor(parameters);
  if (engine.capture === undefined || engine.resident !== undefined) return plain;
  const touched = Object.keys(lookupsOf(training)).map(
    (name) => [touchedName(name), [found(parameters, name).shape[0] ?? 0]] as const,
  );
  return { ...plain, ...Object.fromEntries(touched) };
}

function touchedName(table: string): string {
  return `touched ${table}`;
}

interface LookedUp {
  /** The table and its state, in memory that lasts. */
  readonly parameter: RealTensor;
  readonly state: Reals;
  prepare(ids: HostTensor['data']): void;
  /** A row for each id; the same memory for as many of them. */
  memory(ids: HostTensor['data']): RealTensor;
  /** One row of gradients for each id. */
  add(ids: HostTensor['data'], gradients: Float32Array): void;
  gradient(): Float32Array;
  update(numbers: StepNumbers, factor: number): void;
  finish(): void;
}

interface Table {
  readonly name: string;
  readonly parameter: RealTensor;
  /** The state, where training goes on. */
  readonly before: Reals | undefined;
  readonly touched: Float32Array;
}

/** `done` are the numbers of the steps before. */
function lookedUp(
  { name, parameter, before, touched }: Table,
  rule: UpdateRule,
  inPlace: InPlace,
  done: readonly StepNumbers[],
): LookedUp {
  const [size = 0, width = 1] = parameter.shape;
  const group = rule.groupOf(name);
  const bytes = 4 * width;
  const tableBytes = size * bytes;
  // The table, its state, a row for a gradient and a row of zeros.
  const memory = wasmMemory((1 + rule.kinds.length) * tableBytes + 2 * bytes);
  const starts = [0, ...rule.kinds.map((_, i) => (i + 1) * tableBytes)];
  const gradientPlace = (1 + rule.kinds.length) * tableBytes;
  const zeroPlace = gradientPlace + bytes;
  const inside = (i: number, given: RealTensor | undefined): RealTensor => {
    const numbers = new Float32Array(memory.buffer, i * tableBytes, size * width);
    if (given !== undefined) numbers.set(given.data); // otherwise zeros, which take no memory as long as nothing is written
    return { ...parameter, data: numbers };
  };
  const table = inside(0, parameter);
  const { data } = table;
  const kinds = Object.fromEntries(
    rule.kinds.map((kind, i) => {
      const key = stateName(kind, name);
      return [key, inside(i + 1, before?.[key])] as const;
    }),
  );
  const gradientRow = new Float32Array(memory.buffer, gradientPlace, width);
  const updateRows = inPlace.inside(memory, name);
  /** Of rows that were never read. */
  let factor = 1;
  const shrink = (numbers: StepNumbers): void => {
    factor *= rule.rest(numbers, group) ?? NaN;
  };
  done.forEach(shrink);
  const rows = [...touched.keys()].filter((row) => touched[row] === 1);
  const memories = new Map<number, RealTensor>();
  const slots = new Int32Array(size).fill(-1);
  let used: number[] = []; // the row of each slot
  let sums = new Float32Array(0);

  const scale = (row: number): void => {
    if (factor === 1) return;
    for (let i = row * width; i < (row + 1) * width; i++) data[i] = (data[i] ?? 0) * factor;
  };
  return {
    parameter: table,
    state: kinds,
    prepare: (ids) => {
      for (const row of ids) {
        if (touched[row] !== 0) continue;
        touched[row] = 1;
        scale(row);
        rows.push(row);
      }
    },
    memory: ({ length }) => {
      const known = memories.get(length);
      if (known !== undefined) return known;
      const shape = [length, width];
      const fresh: RealTensor = { type: 'float32', shape, data: new Float32Array(length * width) };
      memories.set(length, fresh);
      return fresh;
    },
    add: (ids, gradients) => {
      const needed = (used.length + ids.length) * width;
      if (sums.length < needed) {
        const grown = new Float32Array(needed);
        grown.set(sums);
        sums = grown;
      }
      ids.forEach((row, i) => {
        let slot = slots[row] ?? -1;
        if (slot < 0) {
          slot = used.length;
          slots[row] = slot;
          used.push(row);
          sums.set(gradients.subarray(i * width, (i + 1) * width), slot * width);
          return;
        }
        for (let k = 0; k < width; k++)
          sums[slot * width + k] = (sums[slot * width + k] ?? 0) + (gradients[i * width + k] ?? 0);
      });
    },
    gradient: () => sums.subarray(0, used.length * width),
    update: (numbers, scaling) => {
      const update = updateRows(numbers, scaling);
      const places = [...starts, 0];
      for (const row of rows) {
        const slot = slots[row] ?? -1;
        if (slot >= 0) gradientRow.set(sums.subarray(slot * width, (slot + 1) * width));
        for (let i = 0; i < starts.length; i++) places[i] = (starts[i] ?? 0) + row * bytes;
        places[starts.length] = slot >= 0 ? gradientPlace : zeroPlace;
        update(bytes, places);
      }
      shrink(numbers);
      for (const row of used) slots[row] = -1;
      used = [];
    },
    finish: () => {
      for (let row = 0; row < size; row++) if (touched[row] === 0) scale(row);
    },
  };
}

function found<T>(values: Readonly<Record<string, T>>, name: string): T {
  const value = values[name];
  if (value === undefined) throw new Error(`no \`${name}\` to look up`);
  return value;
}

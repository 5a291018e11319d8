// Whether a Hugging Face folder can be used, from its config and the header of its weights. Reads no weights.
import { closeSync, fstatSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../parser/diagnostic.ts';
import type { Fact, ModelFacts } from '../stages/facts.ts';
import { isRecord, readJsonValue } from '../stages/tables/json.ts';
import { errorCode } from './durable.ts';
import { unreadable } from './matching-files.ts';

/** Values of `model_type` that can be run. */
const families = ['bert'];

type Found = Omit<Problem, 'span'> & Partial<Pick<Problem, 'span'>>;

export function modelFacts(folder: string, display: (path: string) => string): Fact<ModelFacts> {
  const wrong = (problem: Found): Fact<never> => ({ state: 'wrong', problem });
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return unreadable(folder, error, display);
    return wrong({
      code: 'missing-file',
      message: `there is no model folder \`${display(folder)}\``,
      hint: 'give the path of a folder with `config.json`, `model.safetensors` and `tokenizer.json`',
    });
  }
  try {
    const problem =
      configProblem(folder, names, display) ??
      weightsProblem(folder, names, display) ??
      tokenizerProblem(folder, names, display);
    return problem === undefined
      ? { state: 'known', value: { capability: 'encoder', labels: undefined } }
      : wrong(problem);
  } catch (error) {
    return unreadable(folder, error, display);
  }
}

type Display = (path: string) => string;

function configProblem(folder: string, names: readonly string[], display: Display): Found | undefined {
  if (!names.includes('config.json'))
    return missing(folder, 'config.json', display, 'save the model with `model.save_pretrained("folder")`');
  const path = join(folder, 'config.json');
  const json = readJsonValue({ name: display(path), bytes: readFileSync(path) });
  if (json.state === 'unreadable') return { ...json.problem, code: 'bad-model' };
  const type = isRecord(json.value) ? json.value['model_type'] : undefined;
  if (typeof type === 'string' && families.includes(type)) return undefined;
  return {
    code: 'bad-model',
    message:
      typeof type === 'string'
        ? `\`${display(folder)}\` is a model of type \`${type}\`, which FSL does not run`
        : `\`${display(path)}\` does not say what \`model_type\` the model has`,
    hint: `the types that run are ${families.map((family) => `\`${family}\``).join(', ')}`,
  };
}

function tokenizerProblem(folder: string, names: readonly string[], display: Display): Found | undefined {
  if (!names.includes('tokenizer.json'))
    return missing(
      folder,
      'tokenizer.json',
      display,
      'save it with `AutoTokenizer.from_pretrained("…", use_fast=True).save_pretrained("folder")`',
    );
  const path = join(folder, 'tokenizer.json');
  const json = readJsonValue({ name: display(path), bytes: readFileSync(path) });
  return json.state === 'unreadable' ? { ...json.problem, code: 'bad-model' } : undefined;
}

function weightsProblem(folder: string, names: readonly string[], display: Display): Found | undefined {
  if (!names.includes('model.safetensors')) {
    const pickled = names.includes('pytorch_model.bin');
    const sharded = names.includes('model.safetensors.index.json');
    const hint = pickled
      ? 'the weights are there as `pytorch_model.bin`: save the model again with `safe_serialization=True`'
      : sharded
        ? 'the weights are in several files: save the model again with a `max_shard_size` above its size'
        : 'save the model with `model.save_pretrained("folder")`';
    return missing(folder, 'model.safetensors', display, hint);
  }
  const path = join(folder, 'model.safetensors');
  const damage = safetensorsDamage(path);
  if (damage === undefined) return undefined;
  return {
    code: 'bad-model',
    message: `\`${display(path)}\` is damaged: ${damage}`,
    hint: 'copy or download the file again',
  };
}

function missing(folder: string, name: string, display: Display, hint: string): Found {
  return {
    code: 'missing-model-file',
    message: `the model folder \`${display(folder)}\` has no \`${name}\``,
    hint,
  };
}

const elementSizes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/**
 * What is wrong with the layout: an 8-byte length, a JSON header of that length, and tensors that fill the rest without
 * gaps (the safetensors format). `undefined` where it is right.
 */
function safetensorsDamage(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Buffer.alloc(8);
    if (readSync(file, start) < 8) return 'it is too short to have a header';
    const length = Number(start.readBigUInt64LE());
    if (length > size - 8 || length > 100_000_000)
      return `its header should have ${length} bytes, and the file has ${size}`;
    const header = Buffer.alloc(length);
    readSync(file, header, 0, length, 8);
    const tensors = tensorsOf(header);
    if (tensors === undefined) return 'its header cannot be read';
    let end = 0;
    for (const { name, from, to, bytes } of tensors) {
      if (from !== end || to - from !== bytes)
        return `the place of the tensor \`${name}\` does not fit its shape`;
      end = to;
    }
    return end === size - 8 - length
      ? undefined
      : `its tensors need ${end + 8 + length} bytes, and the file has ${size}`;
  } finally {
    closeSync(file);
  }
}

interface TensorPlace {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What type and shape need. */
  readonly bytes: number;
}

/** In the order of their places. */
function tensorsOf(header: Buffer): readonly TensorPlace[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(header.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isRecord(parsed)) return undefined;
  const places: TensorPlace[] = [];
  for (const [name, entry] of Object.entries(parsed)) {
    if (name === '__metadata__') continue;
    if (!isRecord(entry)) return undefined;
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== 'string' || !isNumbers(shape) || !isNumbers(offsets)) return undefined;
    const [from = -1, to = -1] = offsets;
    const bytes = shape.reduce((product, n) => product * n, elementSizes[dtype] ?? Number.NaN);
    places.push({ name, from, to, bytes });
  }
  return places.sort((a, b) => a.from - b.from || a.to - b.to);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

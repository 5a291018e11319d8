// A Hugging Face model folder as the encoders see it: files by name, and how their JSON is read. Knows no file system.
import { ModelError } from '../model-error.ts';

export interface ModelFolder {
  /** Names are relative to the folder, with `/`: `1_Pooling/config.json`. */
  has(name: string): Promise<boolean>;
  read(name: string): Promise<Uint8Array>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Throws `ModelError` `missing-model-file`, with `hint` saying how to get the file. */
export async function readRequired(folder: ModelFolder, name: string, hint: string): Promise<Uint8Array> {
  if (await folder.has(name)) return folder.read(name);
  throw new ModelError('missing-model-file', name, 'the model folder does not have this file', hint);
}

/** The file's JSON, or nothing when there is no such file. */
export async function readJson(folder: ModelFolder, name: string): Promise<unknown> {
  return (await folder.has(name)) ? parseJson(await folder.read(name), name) : undefined;
}

export function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badModel(file, 'is not JSON', 'The file is damaged. Get it again.');
  }
}

export function objectIn(value: unknown, file: string): JsonObject {
  if (isObject(value)) return value;
  throw badModel(file, 'is not a JSON object', 'The file is damaged. Get it again.');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number of the object; `fallback` where it is absent, if there is one. */
export function numberIn(object: JsonObject, name: string, file: string, fallback?: number): number {
  const value = object[name] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badModel(file, `\`${name}\` should be a number, not ${JSON.stringify(value)}`, 'Get the file again.');
}

/** The same for counts: a positive whole number. */
export function countIn(object: JsonObject, name: string, file: string, fallback?: number): number {
  const value = numberIn(object, name, file, fallback);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw badModel(file, `\`${name}\` should be a positive whole number, not ${value}`, 'Get the file again.');
}

/** One of the words that are known. */
export function wordIn<W extends string>(
  object: JsonObject,
  name: string,
  file: string,
  known: readonly W[],
  fallback: W,
): W {
  const stated = object[name] ?? fallback;
  const found = known.find((word) => word === stated);
  if (found !== undefined) return found;
  const shown = isObject(stated) ? 'an object' : JSON.stringify(stated);
  throw badModel(
    file,
    `\`${name}\` is ${shown}, which FSL does not run`,
    `Those that run are ${known.map((word) => `\`${word}\``).join(', ')}.`,
  );
}

export function badModel(file: string, problem: string, hint: string): ModelError {
  return new ModelError('bad-model', file, problem, hint);
}

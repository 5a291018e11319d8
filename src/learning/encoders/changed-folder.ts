// The files of a Hugging Face folder that are others with other weights, in one file or in several.
import type { Tensor } from '../heads/head.ts';
import { changedSafetensors, type NumbersOf } from '../safetensors-changed.ts';
import { singlePrecision } from './exported-folder.ts';
import type { ModelFolder } from './model-folder.ts';
import { readWeightsFile } from './read-folder.ts';

export type ChangedFiles = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

export interface ChangedTensor {
  /** Which has it. */
  readonly file: string;
  readonly name: string;
  readonly numbers: NumbersOf;
}

/** Reads the files again, so that nobody has to keep them. */
export async function changedFolder(
  folder: ModelFolder,
  changed: Iterable<ChangedTensor>,
  added?: { readonly file: string; readonly tensors: Readonly<Record<string, Tensor>> },
): Promise<ChangedFiles> {
  const byFile = new Map<string, Map<string, NumbersOf>>(
    added === undefined ? [] : [[added.file, new Map()]],
  );
  for (const { file, name, numbers } of changed)
    byFile.set(file, (byFile.get(file) ?? new Map<string, NumbersOf>()).set(name, numbers));
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  const config = await singlePrecision(folder);
  if (config !== undefined) files['config.json'] = config;
  for (const [file, numbers] of byFile)
    files[file] = changedSafetensors(
      await readWeightsFile(folder, file),
      numbers,
      file,
      file === added?.file ? added.tensors : {},
    );
  return files;
}

// Which tensors the weights of a model folder are, from the headers of their files, and what is said of files of a folder that are wrong. Reads no weights.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shapes } from '../learning/encoders/bert-weights.ts';
import { checkShard, indexFile, shardsIn, wholeFile } from '../learning/encoders/shards.ts';
import { ModelError } from '../learning/model-error.ts';
import type { Problem } from '../parser/diagnostic.ts';
import { readJsonValue } from '../stages/tables/json.ts';
import { layoutOf } from './weights-layout.ts';

export type Found = Omit<Problem, 'span'> & Partial<Pick<Problem, 'span'>>;

type Display = (path: string) => string;

export interface FolderWeights {
  readonly shapes: Shapes;
  /** Of the file that says which weights there are, for messages. */
  readonly file: string;
}

/** In one file or in several. Throws `ModelError` where one is missing or damaged. */
export function folderWeights(folder: string, names: readonly string[]): FolderWeights {
  if (names.includes(wholeFile)) return { shapes: shapesIn(join(folder, wholeFile)), file: wholeFile };
  if (names.includes(indexFile)) return { shapes: shapesOfShards(folder, names), file: indexFile };
  throw new ModelError(
    'missing-model-file',
    wholeFile,
    'is not there',
    names.includes('pytorch_model.bin')
      ? 'the weights are there as `pytorch_model.bin`: save the model again with `safe_serialization=True`'
      : 'save the model with `model.save_pretrained("folder")`',
  );
}

/** Of one file. Throws `ModelError` where it is damaged. */
export function shapesIn(path: string): Shapes {
  return layoutOf(path).entries;
}

/** What is wrong in a file of the folder. Throws what is no `ModelError`. */
export function wrongFile(error: unknown, folder: string, display: Display): Found {
  if (!(error instanceof ModelError)) throw error;
  const { code, file, problem, hint } = error;
  if (code === 'missing-model-file') return missingFile(folder, file, display, hint);
  const verb = /^(is|has|does) /.test(problem);
  return { code, message: `\`${display(join(folder, file))}\`${verb ? '' : ':'} ${problem}`, hint };
}

export function missingFile(folder: string, name: string, display: Display, hint: string): Found {
  return {
    code: 'missing-model-file',
    message: `the model folder \`${display(folder)}\` has no \`${name}\``,
    hint,
  };
}

/** Of all files that the index names. */
function shapesOfShards(folder: string, names: readonly string[]): Shapes {
  const index = readJsonValue({ name: indexFile, bytes: readFileSync(join(folder, indexFile)) });
  const shapes = new Map<string, { readonly shape: readonly number[] }>();
  for (const [name, promised] of shardsIn(index.state === 'unreadable' ? undefined : index.value)) {
    if (!names.includes(name))
      throw new ModelError(
        'missing-model-file',
        name,
        'is not there',
        `\`${indexFile}\` names it: get it too`,
      );
    const entries = shapesIn(join(folder, name));
    checkShard(name, promised, (tensor) => entries.has(tensor));
    for (const [tensor, entry] of entries) shapes.set(tensor, entry);
  }
  return shapes;
}

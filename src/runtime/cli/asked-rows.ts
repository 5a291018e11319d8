// What the command `predict` is asked about, as rows: texts as they are, or files of pictures where the model reads pictures.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Artifact } from '../../stages/artifact.ts';
import { askedPictures } from '../../stages/asked-pictures.ts';
import { pictureShapeOf } from '../../stages/classifier.ts';
import type { Dataset } from '../../stages/dataset.ts';
import { usage, type Context } from './context.ts';

/** Throws `Failure` where a file cannot be read, or is no picture. */
export async function askedRows(
  context: Context,
  model: Artifact,
  asked: readonly string[],
): Promise<Dataset> {
  const shape = await pictureShapeOf(model);
  if (shape === undefined) return askedTexts(asked);
  const pictures = asked.map((path) => ({ shown: path, bytes: bytesOf(context, path) }));
  return askedPictures(pictures, shape, (shown, problem) =>
    usage(context, shown, {
      code: 'bad-image',
      message: `\`${shown}\` ${problem}`,
      hint: 'this model reads pictures: give the paths of some, and leave out what is broken',
    }),
  );
}

function askedTexts(texts: readonly string[]): Dataset {
  return {
    rows: texts.length,
    columns: new Map([['text', texts]]),
    roles: { text: 'text' },
    labels: [],
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from(texts, (_, i) => i),
  };
}

function bytesOf(context: Context, path: string): Uint8Array {
  try {
    return readFileSync(resolve(context.host.cwd, path));
  } catch (error) {
    throw usage(context, path, {
      code: 'missing-file',
      message: `the picture \`${path}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'this model reads pictures: give the paths of files, relative to the working directory',
    });
  }
}

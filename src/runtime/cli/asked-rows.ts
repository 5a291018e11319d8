// What the command `predict` is asked about, as rows: texts as they are, two by two where the model reads pairs, or files of pictures where it reads
// pictures.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Artifact } from '../../stages/artifact.ts';
import { askedPictures } from '../../stages/asked-pictures.ts';
import { askedPairs, askedTexts, type TextPair } from '../../stages/asked-texts.ts';
import { pairColumnsOf, pictureShapeOf } from '../../stages/classifier.ts';
import type { Dataset } from '../../stages/dataset.ts';
import { usage, type Context } from './context.ts';

export interface Asked {
  readonly texts: readonly string[];
  /** Of lines of the standard input the number of each, counted from 1; absent where they are words of the command. */
  readonly lines?: readonly number[] | undefined;
}

/** Throws `Failure` where a file cannot be read or is no picture, or a text has no other one. */
export async function askedRows(context: Context, model: Artifact, given: Asked): Promise<Dataset> {
  const { texts: asked } = given;
  const shape = await pictureShapeOf(model);
  const pair = shape === undefined ? await pairColumnsOf(model) : undefined;
  if (pair !== undefined) return pairsOf(context, pair, given);
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

/** Two texts one after the other, or lines with a tab between two. */
function pairsOf(context: Context, columns: TextPair, { texts, lines }: Asked): Dataset {
  const refused = (shown: string, why: string): Error =>
    usage(context, shown, {
      message: `this model reads pairs of texts, and ${why}`,
      hint: `give two texts for each pair, \`${columns[0]}\` and \`${columns[1]}\`; on the standard input with a tab between them`,
    });
  const parts = lines !== undefined ? texts.flatMap((line) => line.split('\t')) : texts;
  const broken = lines !== undefined ? texts.findIndex((line) => line.split('\t').length !== 2) : -1;
  if (broken >= 0) throw refused('', `line ${lines?.[broken]} of the standard input is none`);
  if (parts.length % 2 === 1) throw refused(texts.at(-1) ?? '', 'the last text has no other one');
  const pairs = Array.from({ length: parts.length / 2 }, (_, i): TextPair => [
    parts[2 * i] ?? '',
    parts[2 * i + 1] ?? '',
  ]);
  return askedPairs(columns, pairs);
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

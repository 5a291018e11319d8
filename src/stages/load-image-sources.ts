// Where the pictures of a `load` come from: files in folders, files that a column names, bytes in a column of a Parquet file, IDX files. Each becomes a table
// with a row a picture, and a way to each picture. Decodes nothing.
import { dirname, resolve } from 'node:path';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { Pixels } from '../learning/images/decode.ts';
import type { Artifact } from './artifact.ts';
import { compareCodePoints } from './code-point-order.ts';
import type { Value } from './dataset.ts';
import type { TableFormat } from './facts.ts';
import { folderColumns, isIdxName, isImageName, namesInFolders } from './image-names.ts';
import { stepFailure } from './step-failure.ts';
import { readParquetImages } from './tables/parquet-images.ts';
import { formatOf, readTable, type Manner } from './tables/read-table.ts';
import { noneBroken, type Reading } from './tables/table.ts';

export type ImageFormat = TableFormat | 'images' | 'idx';

/** How a picture is called when talking to people, and its bytes or pixels. */
export interface ImageSource {
  readonly shown: string;
  readonly bytes?: () => Promise<Uint8Array>;
  readonly pixels?: () => Pixels;
}

export interface ImageTable {
  readonly reading: Reading;
  /** By row of the table; nothing where the row names no picture. */
  readonly sources: readonly (ImageSource | undefined)[];
}

export type ImageManner = Omit<Manner, 'format'> & {
  readonly format: ImageFormat;
  readonly image: string | undefined;
};

/** Whether the rows are pictures. */
export function loadsImages(
  paths: readonly string[],
  { format, image }: Pick<ImageManner, 'format' | 'image'>,
): boolean {
  return image !== undefined || imageFormat(paths, format) !== undefined;
}

/** Nothing where files are tables. One picture makes all files pictures, as no table stands among them: `check` names the others. */
export function imageFormat(paths: readonly string[], format: ImageFormat): 'images' | 'idx' | undefined {
  if (format === 'images' || format === 'idx') return format;
  if (format !== 'auto' || paths.length === 0) return undefined;
  return paths.some(isImageName) ? 'images' : paths.every(isIdxName) ? 'idx' : undefined;
}

export async function imageTable(from: Artifact, manner: ImageManner): Promise<ImageTable> {
  const { image, format } = manner;
  const shown = from.names.map((name) => from.display(name));
  if (image !== undefined) return columnImages(from, image, { ...manner, format: format as TableFormat }); // as `check` has seen to
  return imageFormat(shown, format) === 'idx' ? idxImages(from) : folderImages(from);
}

function folderImages(from: Artifact): ImageTable {
  const names = namesInFolders(from.names.map((name) => from.place(name)));
  return {
    reading: read(folderColumns(names), names.length),
    sources: from.names.map((name) => ({ shown: from.display(name), bytes: () => from.read(name) })),
  };
}

/** The tables of `from` come first, then the files that they name, in the order in which they name them. */
async function columnImages(from: Artifact, image: string, manner: Manner): Promise<ImageTable> {
  const tables = from.names.filter((name) => !isImageName(name));
  const files = await Promise.all(
    tables.map(async (name) => ({ name: from.display(name), bytes: await from.read(name) })),
  );
  if (files.every(({ name }) => formatOf(name, manner.format) === 'parquet')) {
    const inside = await readParquetImages(files, image);
    if (inside !== undefined) return inside;
  }
  const reading = await readTable(files, manner);
  if (reading.state === 'unreadable') return { reading, sources: [] };
  const byPath = new Map<string, string>();
  for (const name of from.names.filter(isImageName)) byPath.set(from.place(name), name);
  const folders = tables.map((name) => dirname(from.place(name)));
  const inParquet = files.some(({ name }) => formatOf(name, manner.format) === 'parquet');
  const source = (cell: Value): ImageSource | undefined => {
    if (typeof cell !== 'string' || cell === '') return undefined;
    const name = folders
      .map((folder) => byPath.get(resolve(folder, cell)))
      .find((found) => found !== undefined);
    if (name === undefined && !inParquet) return absent(cell);
    if (name === undefined)
      throw stepFailure(
        {
          code: 'missing-file',
          message: `there is no picture \`${cell}\``,
          hint: 'of Parquet files the column holds the bytes of the pictures; name files in another kind of table',
        },
        'image',
      );
    return { shown: from.display(name), bytes: () => from.read(name) };
  };
  return { reading, sources: (reading.table.columns.get(image) ?? []).map(source) };
}

/** A file that `check` has left out; the row goes where rows with broken pictures go. */
function absent(shown: string): ImageSource {
  return {
    shown,
    async bytes() {
      const { ImageError } = await import('../learning/images/decode.ts');
      throw new ImageError(isImageName(shown) ? 'is not there' : 'cannot be a picture, by its name');
    },
  };
}

/** Pictures and labels in files of their own, in pairs: the n-th labels belong to the n-th pictures. */
async function idxImages(from: Artifact): Promise<ImageTable> {
  const { readIdx } = await import('../learning/images/idx.ts');
  const { ImageError } = await import('../learning/images/decode.ts');
  const sources: ImageSource[] = [];
  const labels: string[] = [];
  const files: string[] = [];
  const fail = (problem: string) =>
    stepFailure(
      { code: 'bad-image', message: problem, hint: 'get the file again, or check that `format` fits it' },
      'from',
    );
  for (const name of [...from.names].sort(compareCodePoints)) {
    const shown = from.display(name);
    try {
      const idx = readIdx(await unzipped(await from.read(name)));
      files.push(shown);
      if (idx.kind === 'labels') for (const label of idx.labels) labels.push(String(label));
      else
        for (let i = 0; i < idx.count; i += 1)
          sources.push({ shown: `${shown}, picture ${i}`, pixels: () => idx.image(i) });
    } catch (error) {
      if (error instanceof ImageError) throw fail(`\`${shown}\` ${error.message}`);
      throw fail(`\`${shown}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (sources.length === 0)
    throw stepFailure(
      {
        code: 'bad-image',
        message: `${files.map((file) => `\`${file}\``).join(', ')} ${files.length === 1 ? 'has' : 'have'} labels and no pictures`,
        hint: 'name the file of the pictures beside it: `from: ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]`',
      },
      'from',
    );
  if (labels.length > 0 && labels.length !== sources.length)
    throw fail(
      `there are ${sources.length} pictures and ${labels.length} labels in ${files.map((file) => `\`${file}\``).join(', ')}`,
    );
  const columns = new Map<string, readonly Value[]>([['number', sources.map((_, i) => i)]]);
  if (labels.length > 0) columns.set('label', labels);
  return { reading: read(columns, sources.length), sources };
}

/** The most that a compressed file may become. */
const mostUnzipped = 2 ** 30;

async function unzipped(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return promisify(gunzip)(bytes, { maxOutputLength: mostUnzipped });
}

function read(columns: ReadonlyMap<string, readonly Value[]>, rows: number): Reading {
  return { state: 'read', table: { rows, columns }, broken: noneBroken };
}

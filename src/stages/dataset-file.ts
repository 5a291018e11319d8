// The dataset artifact on disk: `data.parquet` for every tool that reads tables, `dataset.json` for what a table cannot say,
// `images.safetensors` for pictures.
// Equal datasets give equal bytes. The packages are loaded when a file is read or written: a plan needs neither.
import type { SchemaElement } from 'hyparquet';
import type { Artifact, Output, Partition } from './artifact.ts';
import type { Column, Dataset, Roles, Scalar, Value } from './dataset.ts';
import { imagesFile, storedImages, type ImageShape } from './images.ts';
import type { Prompt } from './prompted.ts';

interface Description {
  readonly version: 1;
  readonly rows: number;
  readonly roles: Roles;
  readonly labels: readonly string[];
  readonly multi_label: boolean;
  readonly partition: Partition | null;
  /** The column of the table that holds the row numbers in the loaded data. */
  readonly source: string;
  readonly prompt?: Prompt;
  /** Of the pictures in `images.safetensors`. */
  readonly images?: ImageShape;
}

export async function writeDataset(output: Output, dataset: Dataset): Promise<void> {
  const { images } = dataset;
  const source = freeName('_source', dataset.columns);
  const description: Description = {
    version: 1,
    rows: dataset.rows,
    roles: dataset.roles,
    labels: dataset.labels,
    multi_label: dataset.multiLabel,
    partition: dataset.partition ?? null,
    source,
    ...(dataset.prompt !== undefined && { prompt: dataset.prompt }),
    ...(images !== undefined && {
      images: { height: images.height, width: images.width, channels: images.channels },
    }),
  };
  const columns = [...dataset.columns, [source, Array.from(dataset.source)] as const];
  const kinds = columns.map(([, values]) => columnKind(values));
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const bytes = parquetWriteBuffer({
    columnData: columns.map(([name, values], i) => ({ name, data: encode(values, kinds[i]) })),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.flatMap(([name], i) => schemaOf(name, kinds[i])),
    ],
    createdBy: 'fslrun',
  });
  await output.write('data.parquet', new Uint8Array(bytes));
  await output.write('dataset.json', JSON.stringify(description, null, 2) + '\n');
  await images?.write(output, imagesFile);
}

/** Of the pictures that a dataset has, without its rows; nothing where they are texts. */
export async function readImageShape(artifact: Artifact): Promise<ImageShape | undefined> {
  return (await readDescription(artifact)).images;
}

/** The columns that play a part, without the rows. */
export async function readRoles(artifact: Artifact): Promise<Roles> {
  return (await readDescription(artifact)).roles;
}

async function readDescription(artifact: Artifact): Promise<Description> {
  const json = await artifact.read('dataset.json');
  return JSON.parse(new TextDecoder().decode(json)) as Description; // the store has verified the bytes
}

export async function readDataset(artifact: Artifact): Promise<Dataset> {
  const [bytes, description] = await Promise.all([artifact.read('data.parquet'), readDescription(artifact)]);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { parquetMetadata, parquetRead } = await import('hyparquet');
  const metadata = parquetMetadata(file);
  const columns = new Map<string, Value[]>();
  for (const element of topLevel(metadata.schema))
    columns.set(element.name, new Array<Value>(description.rows));
  await parquetRead({
    file,
    metadata,
    onChunk({ columnName, columnData, rowStart }) {
      const values = columns.get(columnName);
      if (values === undefined) return;
      for (let i = 0; i < columnData.length; i++) values[rowStart + i] = decode(columnData[i]);
    },
  });
  const source = Int32Array.from(columns.get(description.source) as number[]);
  columns.delete(description.source);
  return {
    rows: description.rows,
    columns,
    roles: description.roles,
    labels: description.labels,
    multiLabel: description.multi_label,
    partition: description.partition ?? undefined,
    source,
    ...(description.prompt !== undefined && { prompt: description.prompt }),
    ...(description.images !== undefined && { images: storedImages(description.images, artifact) }),
  };
}

/** How a column is stored: as its one scalar type, as lists of it, or as JSON where values mix types. */
type ScalarKind = 'string' | 'int' | 'float' | 'bool';
type Kind = { readonly type: ScalarKind; readonly list: boolean } | { readonly type: 'json' };

function columnKind(values: Column): Kind {
  const present = values.filter((value) => value !== null);
  const lists = present.filter((value) => Array.isArray(value)).length;
  if (lists > 0 && lists < present.length) return { type: 'json' };
  const scalars = new Set((present as readonly (Scalar | readonly Scalar[])[]).flat().map(scalarKind));
  scalars.delete(undefined);
  if (scalars.size === 2 && scalars.has('int') && scalars.has('float')) scalars.delete('int');
  if (scalars.size > 1) return { type: 'json' };
  const [type = 'string'] = scalars;
  return { type, list: lists > 0 };
}

function scalarKind(value: Scalar): ScalarKind | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'int' : 'float';
}

function schemaOf(name: string, kind: Kind): SchemaElement[] {
  const repetition_type = 'OPTIONAL';
  if (kind.type === 'json') return [{ name, type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type }];
  const leaf = (leafName: string): SchemaElement => ({
    name: leafName,
    ...storage[kind.type],
    repetition_type,
  });
  if (!kind.list) return [leaf(name)];
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    leaf('element'),
  ];
}

const storage = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT64' },
  float: { type: 'DOUBLE' },
  bool: { type: 'BOOLEAN' },
} as const;

function encode(values: Column, kind: Kind): unknown[] {
  if (kind.type !== 'int') return [...values];
  const toBig = (value: Scalar): unknown => (typeof value === 'number' ? BigInt(value) : value);
  return values.map((value) => (isList(value) ? value.map(toBig) : toBig(value)));
}

function decode(value: unknown): Value {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item) => decode(item) as Scalar);
  return (value ?? null) as Value; // written by `encode`
}

function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** The schema lists a tree in preorder; its first level are the columns. */
function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const found: SchemaElement[] = [];
  for (let i = 1; i < schema.length;) {
    found.push(schema[i]);
    let open = 1;
    for (; open > 0; i++) open += (schema[i]?.num_children ?? 0) - 1;
  }
  return found;
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  return taken.has(wanted) ? freeName(`${wanted}_`, taken) : wanted;
}

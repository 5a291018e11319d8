// What a model has consumed, as a Parquet file inside its artifact. Equal contents give equal bytes.
import type { Artifact, Output } from './artifact.ts';
import { nothingConsumed, uniteConsumed, type Consumed, type ConsumedRow } from './consumed.ts';

export const consumedFile = 'consumed.parquet';

/** Columns `identity`, `row`, `fitted`, `selected`, `seen`: the fields of a `ConsumedRow`. */
export async function writeConsumed(output: Output, { rows }: Consumed): Promise<void> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const flag = (name: string) => ({ name, type: 'BOOLEAN', repetition_type: 'REQUIRED' }) as const;
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'identity', data: rows.map(({ identity }) => identity) },
      { name: 'row', data: rows.map(({ row }) => row) },
      { name: 'fitted', data: rows.map(({ fitted }) => fitted) },
      { name: 'selected', data: rows.map(({ selected }) => selected) },
      { name: 'seen', data: rows.map(({ seen }) => seen) },
    ],
    schema: [
      { name: 'root', num_children: 5 },
      { name: 'identity', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
      flag('fitted'),
      flag('selected'),
      flag('seen'),
    ],
    createdBy: 'fslrun',
  });
  await output.write(consumedFile, new Uint8Array(bytes));
}

/** Nothing for a model that was not made here. */
export async function readConsumed(model: Artifact): Promise<Consumed> {
  if (!model.names.includes(consumedFile)) return nothingConsumed;
  const { parquetReadObjects } = await import('hyparquet');
  const bytes = await model.read(consumedFile);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return { rows: (await parquetReadObjects({ file })) as unknown as readonly ConsumedRow[] }; // written by `writeConsumed`
}

/** Writes the model again as one that has consumed more: for stages that choose between models, or calibrate one. */
export async function writeConsumingMore(output: Output, model: Artifact, more: Consumed): Promise<void> {
  for (const name of model.names) if (name !== consumedFile) await output.take(name, model, name);
  await writeConsumed(output, uniteConsumed(await readConsumed(model), more));
}

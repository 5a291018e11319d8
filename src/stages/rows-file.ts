// Rows that a stage makes and that a user may have as a file: a dataset with its `.csv` beside it.
import type { Output } from './artifact.ts';
import { csvFile } from './csv-file.ts';
import type { Dataset } from './dataset.ts';
import { writeDataset } from './dataset-file.ts';
import type { Export } from './stage.ts';

/** What is wrong with the path that the file is to be written to. */
export function rowsFileProblem(stage: string, to: string | undefined) {
  if (to === undefined || /^(?!https?:).*\.(csv|parquet)$/i.test(to)) return undefined;
  return {
    code: 'out-of-range',
    message: `\`${stage}\` writes \`.csv\` and \`.parquet\` files on this machine`,
    hint: 'give a path that ends in `.csv`',
  } as const;
}

/** `csv`: the name that `writeRows` was given. */
export function exportedRows(part: string, csv: string, to: string | undefined): readonly Export[] {
  if (to === undefined) return [];
  return [{ part, name: /\.parquet$/i.test(to) ? 'data.parquet' : csv, to }];
}

export async function writeRows(output: Output, csv: string, rows: Dataset): Promise<void> {
  await writeDataset(output, rows);
  await output.write(csv, csvFile(rows));
}

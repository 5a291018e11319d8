// Writes a dataset as CSV (RFC 4180, with line feeds): a header, then one record a row. Pure.
import { shownText } from '../learning/text-pair.ts';
import type { Dataset, Value } from './dataset.ts';

/** Lists become JSON; null becomes nothing between two commas, and so does the empty text. */
export function csvFile({ columns, rows }: Dataset): string {
  const lines = [[...columns.keys()].map(field).join(',')];
  const values = [...columns.values()];
  for (let i = 0; i < rows; i += 1) lines.push(values.map((column) => field(column[i] ?? null)).join(','));
  return lines.join('\n') + '\n';
}

function field(value: Value): string {
  const text =
    value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : shownText(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

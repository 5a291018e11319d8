// The rows of a dataset as something that a model consumes. Knows the columns that copies and mixed rows carry.
import { createHash } from 'node:crypto';
import { consumedOf, type Consumed, type ConsumedRow, type Purpose } from './consumed.ts';
import { texts, type Dataset } from './dataset.ts';
import { mixedColumns, originalColumn } from './training-rows.ts';

/**
 * `purpose` is what they were consumed for. Rows without labels are only seen. A copy stands for the row it was made from, and
 * a mixed row for the two that are in it.
 */
export async function consumedRows(dataset: Dataset, purpose: Purpose): Promise<Consumed> {
  const labelled = dataset.roles.label !== undefined;
  const row = (identity: string, number: number): ConsumedRow => ({
    identity,
    row: number,
    fitted: labelled && purpose === 'fitted',
    selected: labelled && purpose === 'selected',
    seen: !labelled,
  });
  const own = await identities(dataset);
  const [originals, partners] = await Promise.all([
    textIdentities(dataset, originalColumn),
    textIdentities(dataset, mixedColumns.text),
  ]);
  return consumedOf(
    own.flatMap((identity, i): ConsumedRow[] => {
      const number = dataset.source[i] ?? -1;
      const original = originals[i] ?? identity;
      const partner = partners[i];
      const copy = { identity, row: number, fitted: false, selected: false, seen: true };
      return [
        row(original, number),
        ...(original === identity ? [] : [copy]),
        ...(partner === undefined ? [] : [row(partner, -1)]),
      ];
    }),
  );
}

/** Of the text of each row, without regard to white space and case; of all its values where rows have no text. */
export async function identities(dataset: Dataset): Promise<readonly string[]> {
  if (dataset.roles.text !== undefined) return identitiesOf(texts(dataset));
  const columns = [...dataset.columns.values()];
  return Array.from({ length: dataset.rows }, (_, i) =>
    digest(JSON.stringify(columns.map((column) => column[i]))),
  );
}

/** 16 hexadecimal digits each. */
export async function identitiesOf(words: readonly string[]): Promise<readonly string[]> {
  const { normaliseText } = await import('../learning/identity.ts');
  return words.map((text) => digest(normaliseText(text)));
}

/** Of the texts in a column that not every row, or no row at all, has a text in. */
async function textIdentities(dataset: Dataset, name: string): Promise<readonly (string | undefined)[]> {
  const column = dataset.columns.get(name) ?? [];
  const found = [...column.keys()].filter((i) => typeof column[i] === 'string');
  const known = await identitiesOf(found.map((i) => String(column[i])));
  const result = new Array<string | undefined>(dataset.rows);
  found.forEach((i, k) => (result[i] = known[k]));
  return result;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

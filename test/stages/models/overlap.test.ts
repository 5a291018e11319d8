// Texts of published test sets that recur in their train sets.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { consumedRows } from '../../../src/stages/consumed-rows.ts';
import { resolveOverlap } from '../../../src/stages/evaluate-overlap.ts';
import { datasetOf, failure, type Row } from './rig.ts';

const shared = join(import.meta.dirname, '../../../../shared/data');
const present = existsSync(shared);

function csvRows(file: string): Row[] {
  const rows = parse(readFileSync(join(shared, file), 'utf8')) as [string, string][]; // two columns
  return rows.slice(1);
}

function sentRows(file: string): Row[] {
  const lines = readFileSync(join(shared, file), 'utf8').trimEnd().split('\n');
  return lines.map((line) => [line.slice(2), line.slice(0, 1)]);
}

describe.skipIf(!present)(
  `published splits${present ? '' : ' (skipped: the shared data is not beside the repository)'}`,
  () => {
    test.each([
      ['Banking77', () => [csvRows('banking77/train.csv'), csvRows('banking77/test.csv')], 7],
      ['SST-2', () => [sentRows('sst/stsa.binary.train'), sentRows('sst/stsa.binary.test')], 2],
      ['SST-5', () => [sentRows('sst/stsa.fine.train'), sentRows('sst/stsa.fine.test')], 2],
    ] as const)('texts of the test part of %s recur in its train part', async (_, read, recurring) => {
      const [train = [], on = []] = read();
      const consumed = await consumedRows(datasetOf(train), 'fitted');
      const rows = datasetOf(on);
      const said = `${recurring} of the ${on.length} rows are among those the model was fitted on`;
      expect(await failure(resolveOverlap(rows, consumed, 'refuse'))).toContain(`overlap: ${said}: "`);
      const kept = await resolveOverlap(rows, consumed, 'keep');
      expect(kept.rows.rows).toBe(on.length);
      expect(kept.checks[0]?.message).toContain(`${said}, and were kept: "`);
      expect((await resolveOverlap(rows, consumed, 'drop')).rows.rows).toBe(on.length - recurring);
    });
  },
);

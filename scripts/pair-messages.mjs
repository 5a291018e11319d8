// Writes pipelines/data/pairs.csv: the messages of messages.csv two by two, each in one pair, with whether both want the same.
//   node scripts/pair-messages.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const data = join(import.meta.dirname, '../pipelines/data');
writeFileSync(join(data, 'pairs.csv'), pairs(readFileSync(join(data, 'messages.csv'), 'utf8')));

/** Half of the pairs want the same. Messages are taken in an order that only looks random, the same everywhere. */
export function pairs(csv) {
  const [, ...rows] = records(csv);
  const left = rows
    .map(([id, message, intent]) => ({ message, intent, place: (Number(id) * 7919) % 10007 }))
    .toSorted((a, b) => a.place - b.place);
  const made = [['message', 'other', 'same']];
  for (let same = true; left.length > 1; same = !same) {
    const [first] = left.splice(0, 1);
    const at = left.findIndex(({ intent }) => (intent === first.intent) === same);
    if (at < 0) break;
    const [second] = left.splice(at, 1);
    made.push([first.message, second.message, same ? 'yes' : 'no']);
  }
  return made.map((record) => record.map(field).join(',')).join('\n') + '\n';
}

function records(csv) {
  const found = [];
  let record = [];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (record.length > 1) found.push(record);
    record = [];
  }
  return found;
}

function field(value) {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

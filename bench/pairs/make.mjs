// Makes three tasks of pairs of texts out of data sets that are not part of the repository. Half of the pairs are right; of twenty wrong partners the one
// that shares most words is taken:
//   node bench/pairs/make.mjs [FOLDER of the data sets] [FOLDER to write to]
// banking.csv  two messages: do they ask the same? (Banking77; else of another intent)
// news.csv     a headline and a text: do they belong together? (AG News; else of another story of the same section)
// hint3.csv    a message and the name of an intent: is it that? (HINT3 curekart; else the intent of another message)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shuffled } from '../shuffled.mjs';

const here = import.meta.dirname;
const [data = join(here, '../../../shared/data'), to = join(here, 'data')] = process.argv.slice(2);
const yes = 'yes';
const no = 'no';
const columns = ['first', 'second', 'label'];

mkdirSync(to, { recursive: true });
write('banking.csv', columns, banking());
write('news.csv', columns, news());
write('hint3.csv', columns, hint3());

function banking() {
  const rows = shuffled([...table('banking77/train.csv'), ...table('banking77/test.csv')], 1)
    .slice(1)
    .map(([text, label]) => ({ text: clean(text), label }))
    .filter(({ label }) => label !== undefined && label !== 'category');
  return pairs(rows, 2400, {
    right: (own, other) => own.label === other.label,
    wrong: (own, other) => own.label !== other.label,
    text: ({ text }) => text,
    like: ({ text }) => text,
  });
}

function news() {
  const rows = shuffled(table('ag_news_test/test.csv'), 2).map(([section, headline, story]) => ({
    text: clean(headline),
    story: clean(story),
    section,
  }));
  return pairs(rows, 2400, {
    right: undefined, // its own
    wrong: (own, other) => own.section === other.section,
    text: ({ story }) => story,
    like: ({ story }) => story,
  });
}

function hint3() {
  const folder = 'hint3_faq_intents/dataset/v2';
  const files = ['train/curekart_train.csv', 'test/curekart_test.csv'];
  const rows = shuffled(
    files.flatMap((file) => table(`${folder}/${file}`).slice(1)),
    3,
  )
    .map(([text, label]) => ({ text: clean(text), name: label.toLowerCase().replaceAll('_', ' ') }))
    .filter(({ name }) => !name.includes('no nodes'));
  const seen = new Set();
  const own = rows.filter(({ text }) => !seen.has(text) && seen.add(text));
  return own.map((row, i) => {
    if (i % 2 === 0) return [row.text, row.name, yes];
    const others = own.filter(({ name }) => name !== row.name);
    const some = Array.from({ length: 20 }, (_, k) => others[(37 * i + 101 * k) % others.length]);
    return [row.text, mostAlike(row.text, some, ({ text }) => text).name, no];
  });
}

/** Every text is in one pair at most. Half of the pairs are right. */
function pairs(rows, most, { right, wrong, text, like }) {
  const free = new Set(rows);
  const made = [];
  for (const row of rows) {
    if (made.length === most) break;
    if (!free.delete(row)) continue;
    if (made.length % 2 === 0) {
      const other = right === undefined ? row : [...free].find((one) => right(row, one));
      if (other === undefined) continue;
      free.delete(other);
      made.push([row.text, text(other), yes]);
    } else {
      const candidates = [...free].filter((one) => wrong(row, one)).slice(0, 20);
      if (candidates.length === 0) continue;
      const other = mostAlike(row.text, candidates, like);
      free.delete(other);
      made.push([row.text, text(other), no]);
    }
  }
  return made;
}

/** By the share of words in common. */
function mostAlike(text, others, like) {
  const own = words(text);
  const score = (other) => {
    const its = words(like(other));
    const common = [...its].filter((word) => own.has(word)).length;
    return common / Math.sqrt(Math.max(1, own.size * its.size));
  };
  return others.map((other) => [score(other), other]).reduce((a, b) => (b[0] > a[0] ? b : a))[1];
}

function words(text) {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function clean(text) {
  return text
    .replaceAll('\\', ' ')
    .replace(/ ?#39;/g, "'")
    .replace(/ #36;/g, ' $')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Fields of CSV records; quotes are doubled inside of quotes. */
function table(name) {
  const found = [];
  let record = [];
  for (const [, quoted, bare, end] of readFileSync(join(data, name), 'utf8').matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (record.length > 1) found.push(record);
    record = [];
  }
  return found;
}

function write(name, header, rows) {
  const field = (value) => `"${value.replaceAll('"', '""')}"`;
  writeFileSync(join(to, name), [header, ...rows].map((row) => row.map(field).join(',')).join('\n') + '\n');
  console.log(`${name}: ${rows.length} pairs, ${rows.filter((row) => row.at(-1) === yes).length} right`);
}

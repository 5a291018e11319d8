// The program of a data set on published splits, and which rows of a set can be given to it. What is printed of it is not known here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptRows, places, publishedSet, sets } from './published.mjs';

/** `method`: as in a program, or `default` to name none. `options` are of `fine-tune`. */
export function peersProgram(
  name,
  { splits, shared, model = `${shared}/models/all-MiniLM-L6-v2`, method, options = '', unlabelled = false },
) {
  const { names, metric = 'accuracy' } = sets[name];
  const labelNames = names === undefined ? '' : `label_names: { ${names} }`;
  const pool = unlabelled ? `unlabelled: rows(${JSON.stringify(unlabelledRows(name, shared))})` : '';
  const asked = method === 'default' ? '' : `method: ${method}`;
  const { loads, rows, on } = publishedSet(name, shared, `${labelNames}  on_error: skip`);
  return `fsl 1
${loads}
each seed in [${splits.join(', ')}] {
  split parts { from: all  ${rows}  ${pool} }
  fine-tune model {
    model: "${model}"  from: parts.train  ${unlabelled ? 'unlabelled: parts.unlabelled' : ''}
    ${asked}  ${options}  seed: seed
  }
  evaluate score { model: model  on: ${on}  metrics: [${metric}]  ${keptRows} }
}
`;
}

/** Of published rows those that have a label and no text, where that is known: a list of rows must not name them. */
function bareRows(name, rows, shared) {
  const file = /data\/((?:sst|cr_mr)\/[^"]+)/.exec(places[name].train)?.[1];
  if (file === undefined) return [];
  const lines = readFileSync(join(shared, 'data', file), 'latin1').split('\n');
  return rows.filter((row) => !/\S\s+\S/.test(lines[row] ?? ''));
}

function publishedRows(name, shared) {
  return JSON.parse(readFileSync(join(shared, `data/peer_splits/${name}.json`), 'utf8'));
}

const told = new Set();

/** Splits all of whose rows have a text: what others were given of a row without one is not known. The others are told, once. */
export function wholeSplits(name, splits, shared) {
  const published = publishedRows(name, shared);
  return splits.filter((seed) => {
    const bare = bareRows(name, published[seed], shared);
    const why = `${name}: split ${seed} is left out, since its row ${bare.join(' and ')} has no text`;
    if (bare.length > 0 && !told.has(why)) console.error(why);
    told.add(why);
    return bare.length === 0;
  });
}

function unlabelledRows(name, shared) {
  const { unlabelled } = publishedRows(name, shared);
  const bare = bareRows(name, unlabelled, shared);
  return unlabelled.filter((row) => !bare.includes(row));
}

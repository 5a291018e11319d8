// What is printed in this repository about accuracy and is made again by `npm run evidence`: of each result the programs, what is read
// from their reports, and the lines that have to stand in the file which prints it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { peersProgram, wholeSplits } from '../bench/peers/program.mjs';
import { sets } from '../bench/peers/published.mjs';
import { meanRows, peerHead, peerRow } from '../bench/peers/table.mjs';
import { average } from '../bench/statistics.mjs';

const root = join(import.meta.dirname, '..');
const scopeMetrics = ['accuracy', 'oos_auroc', 'oos_recall', 'oos_precision', 'open_accuracy'];
const tenSplits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * `programs(shared)`: by name `{ text, splits, reads }`, where `reads` are of a report `{ stage, metric, key }`, one for each split in
 * `splits` (the name of the `each`'s item is `key`). `lines(figures, shared)` are the rows of the table.
 */
export const results = {
  'agnews-frozen': {
    printed: 'bench/agnews/README.md',
    head: ['split', 'fslrun'],
    programs: () => ({
      agnews: {
        text: readFileSync(join(root, 'bench/agnews/agnews.fsl'), 'utf8'),
        data: ['ag_news_test/test.csv', 'peer_splits/agnews.json'],
        splits: tenSplits,
        reads: [{ stage: 'score', metric: 'accuracy', key: 'seed' }],
      },
    }),
    lines: ({ agnews }) =>
      tenSplits.map((split, i) => [split, (100 * agnews['score accuracy'][i]).toFixed(2)]),
  },
  'labels-eprstmt': {
    printed: 'bench/labels/README.md',
    head: ['EPRSTMT, 16 a sentiment', 'accuracy', 'macro F1'],
    programs: () => ({
      eprstmt: {
        text: readFileSync(join(root, 'bench/labels/eprstmt.fsl'), 'utf8'),
        data: ['test_public', 'train_0', 'train_1', 'train_2', 'train_3', 'train_4'].map(
          (file) => `fewclue_eprstmt/${file}.json`,
        ),
        splits: ['0', '1', '2', '3', '4'],
        reads: ['prototype_score', 'logistic_score'].flatMap((stage) =>
          ['accuracy', 'macro_f1'].map((metric) => ({ stage, metric, key: 'draw' })),
        ),
      },
    }),
    lines: ({ eprstmt }) =>
      ['prototype', 'logistic'].map((name) => [
        name === 'logistic' ? 'logistic (the frozen probe)' : name,
        ...['accuracy', 'macro_f1'].map((metric) => spread(eprstmt[`${name}_score ${metric}`])),
      ]),
  },
  'labels-hint3': {
    printed: 'bench/labels/README.md',
    head: ['HINT3 sofmattress, 8 a label', 'all-MiniLM-L6-v2', '`builtin:ngrams`'],
    programs: () => ({
      hint3: {
        text: readFileSync(join(root, 'bench/labels/hint3.fsl'), 'utf8'),
        data: [
          'hint3_faq_intents/dataset/v2/train/sofmattress_train.csv',
          'hint3_faq_intents/dataset/v2/test/sofmattress_test.csv',
        ],
        splits: ['13', '21', '42'],
        reads: ['sentences_score', 'ngrams_score'].flatMap((stage) =>
          scopeMetrics.map((metric) => ({ stage, metric, key: 'seed' })),
        ),
      },
    }),
    lines: ({ hint3 }) =>
      scopeMetrics.map((metric) => [
        metric === 'accuracy' ? 'accuracy, of the 253' : `\`${metric}\``,
        ...['sentences', 'ngrams'].map((name) => spread(hint3[`${name}_score ${metric}`])),
      ]),
  },
  contrastive: peers({
    method: 'contrastive',
    peer: 'SetFit (20 iterations)',
    printed: 'bench/peers/README.md',
    sets: { sst5: tenSplits, sst2: tenSplits, cr: tenSplits, agnews: tenSplits, amazon_cf: tenSplits },
  }),
  recipe: peers({
    method: 'default',
    peer: 'SetFit + 8 label templates per class (10 iterations)',
    printed: 'bench/peers/README.md',
    sets: {
      sst2: tenSplits,
      sst5: tenSplits,
      cr: tenSplits,
      agnews: tenSplits,
      amazon_cf: tenSplits,
    },
  }),
  'recipe-unlabelled': peers({
    method: 'default',
    unlabelled: true,
    peer: 'SetFit + 8 label templates per class (10 iterations)',
    printed: 'bench/peers/README.md',
    sets: { sst2: tenSplits, sst5: tenSplits, cr: tenSplits, agnews: tenSplits },
  }),
};

/** Beside another tool's published figures on the same splits, paired. */
function peers({ sets: chosen, peer, printed, ...how }) {
  const metricOf = (name) => sets[name].metric ?? 'accuracy';
  return {
    printed,
    head: peerHead('fslrun', peer),
    programs: (shared) =>
      Object.fromEntries(
        Object.entries(chosen).map(([name, asked]) => {
          const splits = wholeSplits(name, asked, shared);
          return [
            name,
            {
              text: peersProgram(name, { ...how, splits, shared }),
              data: [`peer_splits/${name}.json`],
              splits,
              reads: [{ stage: 'score', metric: metricOf(name), key: 'seed' }],
            },
          ];
        }),
      ),
    lines: (figures, shared) => {
      const theirs = JSON.parse(readFileSync(join(shared, 'data/peer_splits/peers.json'), 'utf8')).results;
      const measured = Object.entries(figures).map(([name, of]) => ({
        name,
        splits: of.splits,
        ours: of[`score ${metricOf(name)}`].map((value) => 100 * value),
        theirs: of.splits.map((split) => theirs[name][peer][split]),
      }));
      return [...measured.map(peerRow), ...meanRows(measured)];
    },
  };
}

/** Mean ± sample standard deviation. */
function spread(values) {
  const mean = average(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(3)} ± ${Math.sqrt(variance).toFixed(3)}`;
}

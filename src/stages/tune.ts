// `tune`: searches for options of the stages in its block by cross-validation, and makes those stages again of all rows with
// the best ones. Never reads a test part; seeds are not searched for.
import { labelBudget, uniteConsumed } from './consumed.ts';
import { writeConsumingMore } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import type { Artifact } from './artifact.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { call, duration, int, map, objective, space } from './option.ts';
import { defineStage, input, type BlockRun } from './stage.ts';
import { checkTune } from './tune-check.ts';
import { drawFoldsOf, type Fold } from './tune-folds.ts';
import { inputsOf, openMeasure, type Measure } from './tune-measure.ts';
import { searchReport, trialsTable, valuesText } from './tune-report.ts';
import { plannedMeasurements, plannedTrials, search, type Spaces, type Trial } from './tune-search.ts';

const defaultFolds = 4;
const trials = int({ min: 1, max: 10_000, default: 20, doc: 'How many combinations of values are tried.' });

export const tune = defineStage({
  name: 'tune',
  version: 1,
  doc:
    'Searches for options of the stages in its block. Each trial gives `search.NAME` a value of its space, is fitted on ' +
    '`fold.train` and measured on `fold.validation`; the stages that do not depend on the held-back rows are then made again ' +
    'of all of `from` with the values of the best trial, and are its parts: `best.candidate`. The report puts the best trial ' +
    'beside the defaults, and says how much of its figure is the luck of having tried many: choose by it, and measure what ' +
    'was chosen on a test part outside. Few rows choose little better than chance does, so search little. Seeds are not ' +
    'searched for, and work that several trials share is done once.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  train: 16 per label  test: 200 }

tune best {
  search:   { c: log_uniform(0.01, 100), kind: choice(logistic, ridge) }
  method:   halving(trials: 16)
  maximize: score.macro_f1
  folds:    4
  from:     parts.train

  fine-tune candidate { model: "builtin:ngrams"  from: fold.train  method: head(kind: search.kind, c: search.c) }
  evaluate  score     { model: candidate  on: fold.validation  metrics: macro_f1 }
}

evaluate final { model: best.candidate  on: parts.test }`,
  options: {
    search: map(space({ doc: 'What to choose from.' }), {
      doc:
        'Names and what their values are chosen from: `uniform(a, b)`, `log_uniform(a, b)`, `int(a, b)` or `choice(…)` of ' +
        'numbers, words, calls, texts or models. A stage of the block takes the value as `search.NAME`.',
    }),
    method: call(
      {
        random: { doc: 'independent draws', arguments: { trials } },
        grid: { doc: 'every combination of `choice`s', arguments: {} },
        tpe: {
          doc: 'ten independent draws, then values that good trials lie close to and bad ones do not (Bergstra et al. 2011)',
          arguments: { trials },
        },
        halving: {
          doc:
            'independent draws, all of them measured on one fold, the better half on one more, the better half of those ' +
            'on twice as many, … (Jamieson and Talwalkar 2016)',
          arguments: { trials },
        },
      },
      { default: { name: 'halving', arguments: { trials: 20 } }, doc: 'Which combinations are tried.' },
    ),
    maximize: objective({ doc: 'The metric that the best trial has most of: `score.macro_f1`.' }),
    minimize: objective({ doc: 'The metric that the best trial has least of: `score.nll`.' }),
    folds: int({
      min: 2,
      max: 100,
      doc:
        `Parts that \`from\` is divided into, each held back in turn; ${defaultFolds} where neither this nor \`on\` is given. ` +
        'Labels keep their proportions, and equal texts, copies of one row and rows of one group stay together.',
    }),
    budget: duration({
      doc:
        'No trial begins after it; one that has begun is finished. Without it the result is the same on every machine; with ' +
        'it, how many trials there are depends on how fast it is.',
    }),
  },
  inputs: {
    from: input.required('dataset', {
      images: true,
      use: 'fit',
      doc: 'The rows to learn from and, without `on`, to choose with.',
    }),
    on: input.optional('dataset', {
      images: true,
      use: 'select',
      doc:
        'Rows to choose with, such as a validation part: then `fold.train` is `from` and `fold.validation` is these. Their ' +
        'labels count in the label budget of what is chosen.',
    }),
  },
  outputs: {
    trials: { type: 'dataset', doc: 'Every trial: its values, its score, and its score on each fold.' },
    report: {
      type: 'report',
      doc: 'The best trial beside the defaults, and how much of its figure is luck.',
    },
  },
  block: {
    search: 'search',
    folds: 'fold',
    parts: {
      train: { of: ['from'], partition: 'train', doc: 'Rows that a trial learns from.' },
      validation: { of: ['on', 'from'], partition: 'validation', doc: 'Rows that a trial is measured on.' },
    },
    objectives: ['maximize', 'minimize'],
    held: 'validation',
  },
  randomness: () => true,
  extent: ({ search: spaces = [], method, folds = defaultFolds }, given) => {
    const trialsText = `${plannedTrials(method, spaces)} trials`;
    if (given('on')) return trialsText;
    return method.name === 'halving'
      ? `${trialsText}, halved over ${folds} folds`
      : `${trialsText} x ${folds} folds`;
  },

  check(context) {
    checkTune(context.options, context);
    return {
      trials: {
        type: 'dataset',
        columns: undefined,
        rows: undefined,
        labelled: false,
        labels: undefined,
        partition: undefined,
      },
      report: { type: 'report', about: 'search', metrics: [] },
    };
  },

  cost: ({ options: { method, search: spaces = [], folds = defaultFolds }, inputs }) => {
    const measured = inputs.dataset('on') === undefined ? folds : 1;
    const planned = { count: plannedTrials(method, spaces), unit: 'trials' };
    if (method.name === 'halving') return [planned]; // how many folds each gets depends on how it does
    const measurements = plannedMeasurements(method, spaces, [measured]);
    return [planned, { count: measurements, unit: 'measurements on a fold' }];
  },

  async run(context) {
    const { options, inputs, block } = context;
    const { method, maximize, minimize, budget } = options;
    const aim = maximize ?? minimize;
    if (block === undefined || aim === undefined) throw new Error('a search has a block and an aim');
    const spaces = options.search ?? [];
    const direction = maximize === undefined ? 'minimize' : 'maximize';
    const sign = maximize === undefined ? -1 : 1;
    const folds =
      inputs.on === undefined
        ? await drawFoldsOf(inputs.from, options.folds ?? defaultFolds, block, context.random('folds'))
        : [{ train: inputs.from, validation: inputs.on }];
    const measure = openMeasure(block, folds, aim);

    const defaults = block.defaults && (await measureAll(block.defaults, folds.length, measure));
    const found = await search({
      spaces,
      method,
      folds: folds.length,
      sign,
      measure,
      random: context.random('trials'),
      spent: () => budget !== undefined && block.seconds() >= budget,
      told: ({ done, total, trial, trials: all, best }) =>
        context.progress({
          done,
          total,
          unit: 'folds',
          detail: `trial ${trial} of ${all}${best === undefined ? '' : `, best ${best.toPrecision(3)}`}`,
        }),
    });
    const best = found.best === undefined ? undefined : found.trials[found.best];
    if (found.best === undefined || best === undefined) {
      const failure = found.trials.find((trial) => trial.failure !== undefined)?.failure;
      throw failure ?? new Error('a search without trials');
    }
    for (const [i, { failure, values }] of found.trials.entries())
      if (failure !== undefined)
        context.note(`trial ${i + 1} (${textOf(spaces, values)}) failed: ${failure.message}`);

    const chosen = inputs.on === undefined ? [inputs.from] : [inputs.on, inputs.from];
    const fitted = await consumedRows(await readDataset(inputs.from), 'fitted');
    const selected = uniteConsumed(
      ...(await Promise.all(chosen.map(async (rows) => consumedRows(await readDataset(rows), 'selected')))),
    );
    const outcome = {
      spaces,
      method,
      metric: aim.metric,
      direction,
      folds: folds.length,
      drawn: inputs.on === undefined,
      planned: found.planned,
      trials: found.trials,
      best: found.best,
      defaults,
      budget: labelBudget(uniteConsumed(fitted, selected)),
    } as const;
    await writeDataset(context.output('trials'), trialsTable(outcome));
    const report = await searchReport(outcome);
    await context.output('report').write('report.json', JSON.stringify(report, null, 2) + '\n');
    for (const fold of folds) await block.drop([fold.train, fold.validation]);
    await handOut(block, best, inputs.from, { selected, note: context.note });
  },
});

async function measureAll(values: Trial['values'], folds: number, measure: Measure): Promise<Trial> {
  const scores: number[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const measured = await measure(values, fold);
    if (measured.state === 'failed') return { values, scores, failure: measured.failure };
    scores.push(measured.score);
  }
  return { values, scores };
}

/** Runs the stages that are handed out once more, on all rows; models have also consumed what chose them. */
async function handOut(
  block: BlockRun,
  { values }: Trial,
  from: Artifact,
  {
    selected,
    note,
  }: { readonly selected: ReturnType<typeof uniteConsumed>; readonly note: (message: string) => void },
): Promise<void> {
  // Nothing that is handed out reads the rows that were held back.
  const all: Fold = { train: from, validation: from };
  const parts = new Map<number, Readonly<Record<string, Artifact>>>();
  for (const [position, { handed }] of block.stages.entries()) {
    if (Object.keys(handed).length === 0) continue;
    const made = await block.run(position, values, inputsOf(block, position, all, parts), note);
    parts.set(position, made);
    for (const [part, as] of Object.entries(handed)) {
      const artifact = made[part];
      if (artifact === undefined) continue;
      const whole =
        artifact.type === 'model'
          ? await block.make('model', (output) => writeConsumingMore(output, artifact, selected))
          : artifact;
      await block.hand(as, whole);
    }
  }
}

function textOf(spaces: Spaces, values: Trial['values']): string {
  return Object.entries(valuesText(spaces, values))
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
    .join(', ');
}

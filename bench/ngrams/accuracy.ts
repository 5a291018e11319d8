// Accuracy of settings of the hashing encoder with logistic regression on published 8-shot splits. Prints one row of the
// table in README.md for each setting: mean and sample sd over the seeds.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { createNgrams, type NgramsSettings } from '../../src/learning/encoders/ngrams.ts';
import { fitLogistic } from '../../src/learning/heads/logistic.ts';
import { headProbabilities, mostProbable } from '../../src/learning/heads/probabilities.ts';
import { metrics } from '../../src/learning/metrics/metrics.ts';
import { summarise } from '../../src/learning/statistics/summary.ts';

interface Row {
  readonly text: string;
  readonly label: string;
}
interface Task {
  readonly name: string;
  readonly train: readonly Row[];
  readonly test: readonly Row[];
  readonly splits: Readonly<Record<string, readonly number[]>>;
}

const [data = '', seeds = '10'] = process.argv.slice(2);
const read = (name: string) => readFile(join(data, name), 'utf8');
const splitsOf = async (name: string) => JSON.parse(await read(`peer_splits/${name}.json`)) as Task['splits'];
const table = async (name: string) => parse(await read(name), { relax_quotes: true });
const lines = async (name: string) => (await read(name)).trim().split('\n');

async function agnews(): Promise<Task> {
  const train = (await table('ag_news_test/test.csv')).map(([label, title, text]) => ({
    label,
    text: `${title}. ${text}`,
  }));
  const splits = await splitsOf('agnews');
  return { name: 'AG News', train, test: splits['test'].map((i) => train[i]), splits };
}

async function sst2(): Promise<Task> {
  const rows = async (name: string) =>
    (await lines(name)).map((line) => ({ label: line.charAt(0), text: line.slice(2) }));
  const [train, test] = [await rows('sst/stsa.binary.train'), await rows('sst/stsa.binary.test')];
  return { name: 'SST-2', train, test, splits: await splitsOf('sst2') };
}

async function banking77(): Promise<Task> {
  const rows = async (name: string) => (await table(name)).slice(1).map(([text, label]) => ({ text, label }));
  const [train, test] = [await rows('banking77/train.csv'), await rows('banking77/test.csv')];
  return { name: 'Banking77', train, test, splits: await splitsOf('banking77') };
}

async function eprstmt(): Promise<Task> {
  const rows = async (name: string) =>
    (await lines(name)).map((line) => {
      const { sentence, label } = JSON.parse(line) as { sentence: string; label: string };
      return { text: sentence, label };
    });
  const train = await rows('fewclue_eprstmt/train_few_all.json');
  const test = await rows('fewclue_eprstmt/test_public.json');
  return { name: 'EPRSTMT (Chinese)', train, test, splits: await splitsOf('eprstmt') };
}

/** Accuracies in per cent, one a seed. */
async function measure(task: Task, settings: NgramsSettings | undefined): Promise<number[]> {
  const { signal } = new AbortController();
  const encoder = createNgrams(settings);
  const labels = [...new Set(task.train.map(({ label }) => label))].sort();
  const numbers = (rows: readonly Row[]) => Int32Array.from(rows, ({ label }) => labels.indexOf(label));
  const vectors = (rows: readonly Row[]) =>
    encoder.encode(
      rows.map(({ text }) => text),
      { signal },
    );
  const test = await vectors(task.test);
  const accuracies: number[] = [];
  for (let seed = 0; seed < Number(seeds); seed += 1) {
    const rows = task.splits[String(seed)].map((i) => task.train[i]);
    const fit = { c: 1, tolerance: 1e-4, maxIterations: 200 };
    const head = await fitLogistic(await vectors(rows), numbers(rows), labels.length, fit);
    const yPred = mostProbable(headProbabilities(head, test), labels.length);
    accuracies.push(
      100 * metrics.accuracy.compute({ yTrue: numbers(task.test), yPred, labels: labels.length }),
    );
  }
  return accuracies;
}

function blocks(words: number, characters: number, share: number): NgramsSettings {
  return {
    words: { width: words, weight: Math.sqrt(share) },
    characters: { width: characters, weight: Math.sqrt(1 - share) },
  };
}

const settings: [name: string, settings: NgramsSettings | undefined][] = [
  ['**as built in**', undefined],
  ['512 + 1536, words 1/4', blocks(512, 1536, 1 / 4)],
  ['4096 + 12288, words 1/4', blocks(4096, 12288, 1 / 4)],
  ['1024 + 3072, words 1/2', blocks(1024, 3072, 1 / 2)],
  ['1024 + 3072, words 3/4', blocks(1024, 3072, 3 / 4)],
  ['1024 + 3072, words 0', blocks(1024, 3072, 0)],
];
const tasks = [await agnews(), await sst2(), await banking77(), await eprstmt()];
console.log(`| words + characters | ${tasks.map(({ name }) => name).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(tasks.length)}`);
for (const [name, chosen] of settings) {
  const cells: string[] = [];
  for (const task of tasks) {
    const { mean, sd } = summarise(await measure(task, chosen));
    cells.push(`${mean.toFixed(1)} ± ${(sd ?? 0).toFixed(1)}`);
  }
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

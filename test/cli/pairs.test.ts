// Pairs of texts through the command: a program, its predictions as a file, and texts of one's own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

const program = `fsl 1
# Does the answer fit the question?
load answers { from: "answers.csv"  text: ["question", "answer"]  label: "fits" }
split parts { from: answers  train: 6 per label  test: rest  seed: 1 }
fine-tune model { model: "builtin:ngrams"  from: parts.train }
evaluate score { model: model  on: parts.test }
predict said { model: model  from: parts.test  to: "said.csv" }
`;
const topics = [
  'card',
  'parcel',
  'invoice',
  'password',
  'heating',
  'garden',
  'train',
  'library',
  'museum',
  'swimming',
];
const table = topics
  .flatMap((topic, i) => [
    `What about the ${topic}?,Of the ${topic} we say: it is number ${i}.,yes`,
    `Tell me of the ${topic},Of the ${topics[(i + 3) % 10]} we say: it is number ${i}.,no`,
  ])
  .join('\n');

let worker = '';
let rig: Rig;
beforeAll(async () => {
  worker = await buildWorker();
  rig = await openRig(worker);
  await rig.write('answers.csv', `question,answer,fits\n${table}\n`);
  await rig.write('pairs.fsl', program);
  const { code, stderr } = await rig.run(['pairs.fsl']);
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
}, 120_000);
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await removeWorker(worker);
});

const asked = ['predict', 'pairs.fsl', 'model', '--neighbours', '1'];

test('predictions keep both columns', () => {
  const [header = '', ...rows] = readFileSync(join(rig.folder, 'said.csv'), 'utf8').trim().split('\n');
  expect(header).toBe('question,answer,fits,predicted,probability');
  expect(rows).toHaveLength(8);
});

test('two texts are a pair, and so is a line with a tab', async () => {
  const pair = ['Where is the card?', 'Of the card we say: here.'];
  const { stdout } = await rig.run([...asked, ...pair]);
  expect(stdout).toMatch(
    /^yes 0\.\d+ {2}Where is the card\? \| Of the card we say: here\.\n +0\.\d+ yes: .+ \| .+\n$/,
  );
  const piped = await rig.run(asked, {
    input: `${pair.join('\t')}\nTell me of the card\tOf the train we say: no.\n`,
  });
  expect(piped.stdout.startsWith(stdout)).toBe(true);
  expect(piped.stdout.split('\n').filter((line) => line.startsWith('no '))).toHaveLength(1);
});

test('one text alone is no pair, nor are two lines', async () => {
  const alone = await rig.run([...asked, 'Where is the card?']);
  expect(alone.code).toBe(2);
  expect(alone.stderr).toContain('this model reads pairs of texts, and the last text has no other one');
  expect(alone.stderr).toContain('give two texts for each pair, `question` and `answer`');
  const lines = await rig.run(asked, { input: 'Where is the card?\nOf the card we say: here.\n' });
  expect(lines.stderr).toContain('line 1 of the standard input is none');
});

test('what was loaded is shown with both roles', async () => {
  const { stdout } = await rig.run(['show', 'pairs.fsl', 'answers']);
  expect(stdout).toContain('20 rows; text `question`, second `answer`, label `fits`');
});

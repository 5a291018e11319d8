import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import { predictTexts } from '../../../src/stages/predict-texts.ts';
import { testing, training } from './messages.ts';
import { check, context, datasetArtifact, datasetOf, failure, ngrams, run, textsOnly } from './rig.ts';

async function classifier(support = datasetOf(training)) {
  const from = await datasetArtifact(support);
  return (await run(fineTune, { inputs: { model: ngrams(), from } })).artifact;
}

const inbox = datasetOf(testing, { columns: { predicted: [1, 2, 3, 4, 5, 6] } });

test('rows keep their columns and get labels, runners-up and neighbours', async () => {
  const model = await classifier();
  const options = { top: 2, neighbours: 1 };
  const { artifact } = await run(predict, { options, inputs: { model, from: await datasetArtifact(inbox) } });
  const rows = await readDataset(artifact);
  const added = ['predicted_', 'probability', 'predicted_2', 'probability_2'];
  const near = ['neighbour_1', 'neighbour_1_label', 'neighbour_1_similarity'];
  expect([...rows.columns.keys()]).toEqual(['text', 'label', 'predicted', ...added, ...near]);
  expect(rows.columns.get('predicted')).toEqual([1, 2, 3, 4, 5, 6]);
  expect(rows.columns.get('predicted_')).toEqual(testing.map(([, label]) => label));
  expect(rows.columns.get('neighbour_1_label')).toEqual(testing.map(([, label]) => label));
  rows.columns.get('probability')?.forEach((value, i) => {
    expect(value).toBeGreaterThan(rows.columns.get('probability_2')?.[i] as number);
  });
  const from = { type: 'dataset', columns: ['text', 'label', 'predicted'], rows: 6, labelled: true, labels: undefined, partition: undefined } as const; // prettier-ignore
  expect(check(predict, { options, inputs: { from } }).outputs['']).toMatchObject({
    columns: [...rows.columns.keys()],
    rows: 6,
  });
});

test('the file for `to:` is a table that other programs read', async () => {
  const from = await datasetArtifact(
    datasetOf([['Lend me "Emma", please\n– and two more books', 'borrow']], { columns: { desk: [null] } }),
  );
  const { artifact } = await run(predict, { inputs: { model: await classifier(), from } });
  const csv = new TextDecoder().decode(await artifact.read('predictions.csv'));
  expect(csv.replace(/0\.\d+/, 'P')).toBe(
    'text,label,desk,predicted,probability\n"Lend me ""Emma"", please\n– and two more books",borrow,,borrow,P\n',
  );
});

test.each([
  [undefined, []],
  ['/there/out.csv', [{ part: '', name: 'predictions.csv', to: '/there/out.csv' }]],
  ['/there/out.parquet', [{ part: '', name: 'data.parquet', to: '/there/out.parquet' }]],
])('`to: %s` asks for files', async (to, expected) => {
  const exported = predict.exports?.({ to }) ?? [];
  expect(exported).toEqual(expected);
  const from = await datasetArtifact(inbox);
  const { artifact } = await run(predict, { inputs: { model: await classifier(), from } });
  for (const { name } of exported) expect(artifact.names).toContain(name);
});

test.each(['/there/out.xlsx', 'https://example.org/out.csv'])('`to: %s` is refused', (to) => {
  expect(check(predict, { options: { to }, inputs: {} }).problems).toBe(
    'to out-of-range: `predict` writes `.csv` and `.parquet` files on this machine',
  );
});

test('copies of one training row are one neighbour', async () => {
  const support = datasetOf([...training, ...training], {
    source: Int32Array.from({ length: 24 }, (_, i) => i % 12),
  });
  const [prediction] = await predictTexts(
    await classifier(support),
    textsOnly(['I want to borrow a novel']),
    { top: 1, neighbours: 3 },
    context,
  );
  expect(new Set(prediction?.neighbours.map(({ text }) => text)).size).toBe(3);
  expect(prediction).toMatchObject({
    label: 'borrow',
    neighbours: [{ text: training[0]?.[0], label: 'borrow' }, {}, {}],
  });
});

test('rows without texts are refused', async () => {
  const from = await datasetArtifact({ ...inbox, roles: {} });
  expect(await failure(run(predict, { inputs: { model: await classifier(), from } }))).toBe(
    'step:from needs-text: `predict` reads texts, and these rows have none',
  );
});

describe('abstain', () => {
  test('rows that no label is probable enough for have none, and keep their probabilities', async () => {
    const inputs = { model: await classifier(), from: await datasetArtifact(inbox) };
    const plain = await readDataset((await run(predict, { options: { top: 2 }, inputs })).artifact);
    const probabilities = (plain.columns.get('probability') ?? []) as readonly number[];
    const abstain = [...probabilities].sort((a, b) => a - b)[2] ?? NaN;
    const options = { top: 2, abstain };
    const { artifact, notes } = await run(predict, { options, inputs });
    const rows = await readDataset(artifact);
    const added = ['predicted_', 'probability', 'predicted_2', 'probability_2', 'abstained'];
    expect([...rows.columns.keys()]).toEqual(['text', 'label', 'predicted', ...added]);
    const silent = probabilities.map((probability) => probability < abstain);
    expect(rows.columns.get('abstained')).toEqual(silent);
    expect(silent.filter(Boolean)).toHaveLength(2);
    for (const name of ['predicted_', 'predicted_2'])
      expect(rows.columns.get(name)).toEqual(
        plain.columns.get(name)?.map((label, i) => (silent[i] === true ? null : label)),
      );
    expect(rows.columns.get('probability')).toEqual(probabilities);
    expect(notes).toEqual(['2 of 6 rows have no label: none was probable enough']);
    const from = { type: 'dataset', columns: ['text', 'label', 'predicted'], rows: 6, labelled: true, labels: undefined, partition: undefined } as const; // prettier-ignore
    const { outputs } = check(predict, { options, inputs: { from } });
    expect(outputs['']).toMatchObject({ columns: [...rows.columns.keys()] });
  });

  test('a probability means what `evaluate` measured', async () => {
    const model = await classifier();
    const from = await datasetArtifact(datasetOf(testing));
    const calibrate_on = await datasetArtifact(
      datasetOf([['May I borrow a cookery book', 'borrow'], ['Are you open on holidays', 'card'], ['My card is broken', 'card']]), // prettier-ignore
    );
    const { artifact, notes } = await run(predict, { inputs: { model, from, calibrate_on } });
    const report = await run(evaluate, {
      options: { bootstrap: 0 },
      inputs: { model, on: from, calibrate_on },
    });
    const { buffer } = await report.artifact.read('predictions.parquet');
    const measured = await parquetReadObjects({ file: buffer });
    const rows = await readDataset(artifact);
    expect(rows.columns.get('probability')).toEqual(measured.map((row) => row['probability'] as number));
    expect(notes.join()).toMatch(/calibrated at temperature \S+, fitted on 3 rows/);
    const plain = await readDataset((await run(predict, { inputs: { model, from } })).artifact);
    expect(rows.columns.get('probability')).not.toEqual(plain.columns.get('probability'));
    expect(rows.columns.get('predicted')).toEqual(plain.columns.get('predicted'));
  });

  test('calibration rows need labels', () => {
    const calibrate_on = { type: 'dataset', columns: ['text'], rows: 3, labelled: false, labels: undefined, partition: undefined } as const; // prettier-ignore
    expect(check(predict, { inputs: { calibrate_on } }).problems).toContain('calibrate_on needs-labels');
  });
});

// Rows that are pairs of texts, through every stage that reads rows.
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import type { StaticDataset, StaticModel } from '../../../src/stages/artifact.ts';
import { adapt } from '../../../src/stages/adapt.ts';
import { augment } from '../../../src/stages/augment.ts';
import { labelIndices, texts, type Dataset } from '../../../src/stages/dataset.ts';
import { readDataset } from '../../../src/stages/dataset-file.ts';
import { distill } from '../../../src/stages/distill.ts';
import { evaluate } from '../../../src/stages/evaluate.ts';
import { fineTune } from '../../../src/stages/fine-tune.ts';
import { predict } from '../../../src/stages/predict.ts';
import { pretrain } from '../../../src/stages/pretrain.ts';
import { prompt } from '../../../src/stages/prompt.ts';
import type { EvaluationReport } from '../../../src/stages/report.ts';
import { split } from '../../../src/stages/split.ts';
import { pairIn } from '../../../src/learning/text-pair.ts';
import { testing, training } from './messages.ts';
import { knownPairs as pairs, pairDataset } from './pair-rows.ts';
import { check, datasetArtifact, datasetOf, failure, json, ngrams, run, said, type Row } from './rig.ts';

/** Whether two messages ask for the same: of each message with the next ones. */
function pairsOf(messages: readonly Row[], apart: number): Dataset {
  const both = messages.flatMap(([text, label], i) =>
    [1, apart].flatMap((step) => {
      const [other, its] = messages[(i + step) % messages.length] ?? ['', ''];
      return [[text, other, label === its ? 'same' : 'other'] as const];
    }),
  );
  return pairDataset(both);
}

const learnt = pairsOf(training, 5);
const asked = pairsOf(testing, 3);
const head = {
  name: 'head',
  arguments: { kind: 'logistic', c: 100, alpha: 1, k: 5, distance: 'cosine', weights: 'distance' },
} as const;

const fitted = async (from = learnt, options: Readonly<Record<string, unknown>> = { method: head }) =>
  run(fineTune, { options, inputs: { model: ngrams(), from: await datasetArtifact(from) } });

describe('a head on pairs', () => {
  test('learns from both texts, and reads them in either order', async () => {
    const { artifact } = await fitted();
    const report = (await json(
      (await run(evaluate, { inputs: { model: artifact, on: await datasetArtifact(asked) } })).artifact,
      'report.json',
    )) as EvaluationReport;
    expect(report.metrics['accuracy']?.value).toBeGreaterThan(
      report.baselines.majority['accuracy'] ?? Infinity,
    );
    const turned = { ...asked, roles: { ...asked.roles, text: 'other', second: 'text' } };
    const [own, other] = [await said(artifact, asked), await said(artifact, turned)];
    own.forEach((value, i) => expect(value).toBeCloseTo(other[i] ?? NaN, 9));
    expect(await json(artifact, 'model.json')).toMatchObject({ pairs: 'apart' });
  });

  test('without one of the texts nothing of this can be learnt', async () => {
    const { artifact } = await fitted();
    const blind = await fitted({ ...learnt, roles: { text: 'text', label: 'label' } });
    const right = (values: Float64Array): number => {
      const truth = labelIndices(asked);
      return truth.reduce((sum, label, i) => sum + Number((values[2 * i + label] ?? 0) > 0.5), 0);
    };
    const alone = { ...asked, roles: { text: 'text', label: 'label' } };
    expect(right(await said(artifact, asked))).toBeGreaterThan(right(await said(blind.artifact, alone)));
  });

  test('predictions keep both columns, and name both texts of neighbours', async () => {
    const { artifact } = await fitted();
    const ran = await run(predict, {
      options: { neighbours: 1 },
      inputs: { model: artifact, from: await datasetArtifact(asked) },
    });
    const made = await readDataset(ran.artifact);
    expect([...made.columns.keys()].slice(0, 5)).toEqual([
      'text',
      'label',
      'other',
      'predicted',
      'probability',
    ]);
    expect(made.columns.get('neighbour_1')?.[0]).toMatch(/^\S.* \| .*\S$/);
    const file = (
      await (
        await run(evaluate, { inputs: { model: artifact, on: await datasetArtifact(asked) } })
      ).artifact.read('predictions.parquet')
    ).buffer;
    const [first] = await parquetReadObjects({ file });
    expect(first).toMatchObject({ text: `${testing[0]?.[0]} | ${testing[1]?.[0]}` });
  });

  test('a pair that was learnt is found among others, either text alone is not', async () => {
    const { artifact } = await fitted();
    const on = await datasetArtifact(learnt);
    expect(await failure(run(evaluate, { inputs: { model: artifact, on } }))).toContain(
      'on overlap: 24 of the 24 rows are among those the model was fitted on: "I want to borrow the new crime novel | Can I borrow',
    );
    const other = await datasetArtifact(asked);
    const fresh = await run(evaluate, { inputs: { model: artifact, on: other } });
    const checksOf = async (ran: typeof fresh) =>
      ((await json(ran.artifact, 'report.json')) as EvaluationReport).checks.filter(
        ({ name }) => name === 'shared_texts',
      );
    expect(await checksOf(fresh)).toEqual([]);
    const half = {
      ...learnt,
      columns: new Map(learnt.columns).set('other', learnt.columns.get('text') ?? []),
    };
    const shared = await run(evaluate, { inputs: { model: artifact, on: await datasetArtifact(half) } });
    expect((await checksOf(shared)).map(({ message }) => message.split(';')[0])).toEqual([
      'of 24 pairs 24 have a first text, and 24 a second one, that is in a pair which the model learnt from',
    ]);
  });

  test('pairs without labels are learnt too', async () => {
    const { label, ...roles } = asked.roles;
    const columns = new Map([...asked.columns].filter(([name]) => name !== label));
    const without = await datasetArtifact({ ...asked, columns, roles, labels: [] });
    const { artifact } = await run(fineTune, {
      options: { method: head },
      inputs: { model: ngrams(), from: await datasetArtifact(learnt), unlabelled: without },
    });
    expect(await json(artifact, 'model.json')).toMatchObject({ pairs: 'apart', unlabelled: { rows: 12 } });
  });

  test('adapt goes on with pairs', async () => {
    const { artifact } = await fitted();
    const ran = await run(adapt, { inputs: { model: artifact, from: await datasetArtifact(asked) } });
    expect(await json(ran.artifact, 'model.json')).toMatchObject({ pairs: 'apart' });
    expect((await said(ran.artifact, asked)).length).toBe(2 * asked.rows);
  });
});

test('split keeps equal pairs together, and pairs that share one text are apart', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => ['the same text', `text ${Math.floor(i / 2)}`, 'a'] as const,
  );
  const from = await datasetArtifact(pairDataset(rows));
  const { parts } = await run(split, { options: { test: { rows: 20 }, train: 'rest' }, inputs: { from } });
  const [held, left] = await Promise.all(
    [parts['test'], parts['train']].map(async (part) => texts(await readDataset(part ?? from))),
  );
  expect(held?.length).toBe(20);
  expect(left?.length).toBe(20);
  expect(held?.filter((text) => left?.includes(text))).toEqual([]);
});

test('augment changes one text of a pair', async () => {
  const ran = await run(augment, {
    options: { with: [{ name: 'delete', arguments: { rate: 0.3 } }], copies: 4 },
    inputs: { from: await datasetArtifact(learnt) },
  });
  const made = await readDataset(ran.artifact);
  const originals = made.columns.get('original_text') ?? [];
  const sides = texts(made).flatMap((text, i) => {
    if (originals[i] === null) return [];
    const [before, after] = [pairIn(String(originals[i])) ?? [], pairIn(text) ?? []];
    return [before.map((one, side) => Number(one !== after[side])).join('')];
  });
  expect(new Set(sides)).toEqual(new Set(['01', '10']));
});

describe('a template names both texts', () => {
  const options = { template: ['{text} It is said that: {other}'] };

  test('and is read as one text', async () => {
    const { artifact } = await run(prompt, { options, inputs: { from: await datasetArtifact(learnt) } });
    const model = await run(fineTune, {
      options: { method: head },
      inputs: { model: ngrams(), from: artifact },
    });
    const report = (await json(
      (await run(evaluate, { inputs: { model: model.artifact, on: await datasetArtifact(asked) } })).artifact,
      'report.json',
    )) as EvaluationReport;
    expect(report.rows).toBe(asked.rows);
  });

  test('`{text}` is a column or nothing', async () => {
    const renamed: Dataset = {
      ...learnt,
      columns: new Map([...learnt.columns].map(([name, values]) => [name === 'text' ? 'one' : name, values])),
      roles: { ...learnt.roles, text: 'one' },
    };
    const from = await datasetArtifact(renamed);
    expect(await failure(run(prompt, { options, inputs: { from } }))).toBe(
      'step:template wrong-type: `{text}` is the text of a row, and these rows are pairs of texts',
    );
  });
});

describe('what does not read pairs says so', () => {
  const single: StaticDataset = { ...pairs, pairs: false };
  const encoder: StaticModel = { type: 'model', capability: 'encoder', labels: undefined };
  const reads = (own: boolean): StaticModel => ({
    type: 'model',
    capability: 'classifier',
    labels: ['a', 'b'],
    pairs: own,
  });

  test('before anything runs', () => {
    const one = { name: 'one_class', arguments: { distance: 'cosine', prototypes: 1, shrinkage: 'oas', quantile: 0.95, normal: 'a' } }; // prettier-ignore
    const from = { model: encoder, from: pairs };
    const says = (...found: { readonly problems: string }[]) => found.map(({ problems }) => problems);
    expect(
      says(
        check(fineTune, { options: { method: one }, inputs: from }),
        check(fineTune, { options: { method: head, label_template: 'auto' }, inputs: from }),
        check(fineTune, { options: { method: head }, inputs: { ...from, unlabelled: { ...single, labelled: false } } }), // prettier-ignore
        check(fineTune, { options: { method: head }, inputs: { ...from, from: single, validation: pairs } }),
        check(pretrain, { inputs: from }),
        check(prompt, { options: { template: ['{other}'], label_template: ['{label}'] }, inputs: from }),
        check(evaluate, { inputs: { model: reads(false), on: pairs } }),
        check(evaluate, { inputs: { model: reads(true), on: single } }),
        check(evaluate, { inputs: { model: reads(true), on: pairs, calibrate_on: single } }),
        check(predict, { inputs: { model: reads(true), from: single } }),
        check(adapt, { inputs: { model: reads(true), from: single } }),
        check(distill, { inputs: { student: encoder, from: { ...single, labelled: false } }, many: [{ name: 't', static: reads(true) }] }), // prettier-ignore
      ),
    ).toMatchInlineSnapshot(`
      [
        "from not-supported: these rows are pairs of texts, which \`one_class\` does not read",
        "label_template option-without-effect: \`label_template\` changes nothing here: these rows are pairs of texts, and a name is one",
        "unlabelled wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each",
        "validation wrong-artifact: these rows are pairs of texts, and the model was fitted on rows with one text each",
        "from not-supported: these rows are pairs of texts, which \`pretrain\` does not read",
        "label_template not-supported: these rows are pairs of texts, which \`label_template\` does not read",
        "on wrong-artifact: these rows are pairs of texts, and the model was fitted on rows with one text each",
        "on wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each",
        "calibrate_on wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each",
        "from wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each",
        "from wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each",
        "from wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each",
      ]
    `);
    expect(check(fineTune, { options: { method: head }, inputs: from }).outputs['']).toMatchObject({
      pairs: true,
    });
  });

  test('and where it is only known then, as the failure of the step', async () => {
    const { artifact } = await fitted();
    const on = await datasetArtifact(datasetOf(testing));
    const other = 'wrong-artifact: the model was fitted on pairs of texts, and these rows have one text each';
    expect(await failure(run(evaluate, { inputs: { model: artifact, on } }))).toBe(`step:on ${other}`);
    expect(await failure(run(predict, { inputs: { model: artifact, from: on } }))).toBe(`step:from ${other}`);
    const plain = await fitted(datasetOf(training));
    const from = await datasetArtifact(asked);
    expect(await failure(run(predict, { inputs: { model: plain.artifact, from } }))).toBe(
      'step:from wrong-artifact: these rows are pairs of texts, and the model was fitted on rows with one text each',
    );
  });
});

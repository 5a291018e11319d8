import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Outcome, type Rig } from './rig.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const openExample = (): Promise<Rig> => openRig(worker, example);

function expectWrong({ code, stdout, stderr }: Outcome, ...said: readonly string[]): void {
  expect([code, stdout]).toEqual([2, '']);
  for (const text of said) expect(stderr).toContain(text);
}

describe('a wrong command line', () => {
  test('names the value that is not allowed, of arguments and of flags', async () => {
    await using rig = await openExample();
    expectWrong(
      await rig.run(['completion', 'powershell']),
      '`powershell` is not allowed as `shell`',
      'bash, zsh',
    );
    expectWrong(
      await rig.run(['plan', 'pipeline.fsl', '--format', 'jso']),
      '`jso` is not allowed for `--format`',
    );
  });

  test('help on what is no command', async () => {
    await using rig = await openExample();
    expectWrong(
      await rig.run(['help', 'nope']),
      'there is no command `nope`',
      '`fslrun --help` lists the commands',
    );
    expectWrong(await rig.run(['help', 'chekc']), 'did you mean `check`?');
    expect((await rig.run(['help', 'check'])).code).toBe(0);
  });

  test('status of a program that is not there', async () => {
    await using rig = await openExample();
    expectWrong(await rig.run(['status', 'nofile.fsl']), 'error[missing-file]', 'status nofile.fsl');
  });

  test('all unknown targets and forced stages, at their places', async () => {
    await using rig = await openExample();
    expectWrong(
      await rig.run(['pipeline.fsl', 'scor', 'score[seed=9]']),
      '`scor`',
      'did you mean `score`?',
      'fslrun pipeline.fsl scor ',
      '`score` is `score[seed=1]`, `score[seed=2]`',
    );
    expectWrong(await rig.run(['plan', 'pipeline.fsl', '--force', 'modle']), '--force modle', '`model`?');
  });

  test('every --set at once, and no parameter twice', async () => {
    await using rig = await openExample();
    const set = ['shots', 'other=1', 'shots=3', 'shots=4'].flatMap((text) => ['--set', text]);
    const outcome = await rig.run(['pipeline.fsl', ...set]);
    expectWrong(
      outcome,
      '`--set shots` gives no value',
      'no parameter `other`',
      '`shots` is set twice, to `3` and `4`',
    );
    expect(outcome.stderr.match(/^error/gm)).toHaveLength(3);
  });

  test('a report where a model is wanted', async () => {
    await using rig = await openExample();
    for (const name of ['score', 'score[seed=1]', 'summary'])
      expectWrong(
        await rig.run(['predict', 'pipeline.fsl', name, 'x']),
        `\`${name}\` is no classifier, but a report`,
        'its classifiers are `model[seed=1]`, `model[seed=2]`',
      );
  });
});

test('--dry-run --json is the plan as JSON, and contradicts other formats', async () => {
  await using rig = await openExample();
  const { code, stdout } = await rig.run(['pipeline.fsl', '--dry-run', '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ version: 1 })]);
  expectWrong(
    await rig.run(['pipeline.fsl', '--dry-run', '--json', '--format', 'svg']),
    'contradict each other',
  );
});

test('a program without stages says so', async () => {
  await using rig = await openExample();
  await rig.write('empty.fsl', 'fsl 1\n');
  const { code, stdout } = await rig.run(['empty.fsl']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('the program has no stages')]);
});

test('the suggested commands work for this run: same --set, same --store', async () => {
  await using rig = await openExample();
  const { stdout } = await rig.run(['pipeline.fsl', '--set', 'shots=5', '--store', 'my store']);
  const [, command = ''] = /`fslrun ([^`]*)` shows one in full/.exec(stdout) ?? [];
  expect(command).toBe("show pipeline.fsl 'score[seed=1]' --set shots=5 --store 'my store'");
  expect(existsSync(join(rig.folder, '.fsl'))).toBe(false);
});

describe('texts from the standard input', () => {
  const predict = ['predict', 'pipeline.fsl', 'model[seed=1]', '--format', 'json'];

  test('that are not UTF-8 are an error with its line', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', '--quiet']);
    const input = Buffer.concat([
      Buffer.from('a ripe fig\ncaf'),
      Buffer.from([0xe9]),
      Buffer.from(' noir\n'),
    ]);
    expectWrong(await rig.run(predict, { input }), 'error[not-utf8]', '--> <standard input>:2:4');
  });

  test('give one result a line; blank lines are counted, not silently dropped', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', '--quiet']);
    const some = await rig.run(predict, { input: '\na ripe fig\n  \r\na steel rasp\n' });
    expect(some.stderr).toBe('2 blank lines skipped: 2 texts to label.\n');
    expect(JSON.parse(some.stdout)).toHaveLength(2);
    expect((await rig.run(predict, { input: 'a ripe fig' })).stderr).toBe('');
    const none = await rig.run(predict, { input: '' });
    expect([none.code, none.stdout, none.stderr]).toEqual([0, '', '']);
  });
});

test.each([
  ['seed', 'Every stage takes it.'],
  ['cache', 'runs the step every time'],
  ['builtin:ngrams', 'model: "builtin:ngrams"'],
  ['"builtin:ngrams"', 'model: "builtin:ngrams"'],
  ['passes', '- `adapt.update`: of `full`: How often each row of a batch is learnt from.'],
  ['rate', '- `augment.with`: of `fill`: Share of the words'],
  ['temperature', 'distill.temperature'],
])('explain %s', async (subject, text) => {
  await using rig = await openExample();
  const { code, stdout } = await rig.run(['explain', subject]);
  expect([code, stdout]).toEqual([0, expect.stringContaining(text)]);
  expectWrong(await rig.run(['explain', 'builtin:ngram']), 'did you mean `builtin:ngrams`?');
});

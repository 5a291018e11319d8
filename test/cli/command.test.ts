import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventDocs } from '../../src/runtime/report/event-docs.ts';
import { version } from '../../src/runtime/cli/version.ts';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');

const control = /\u001b/;

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

const openExample = (): Promise<Rig> => openRig(worker, example);

describe('what a terminal sees', () => {
  test('colour and live progress; neither with NO_COLOR, --no-color or a pipe', async () => {
    await using rig = await openExample();
    const rich = await rig.run(['pipeline.fsl', 'score[seed=1]'], { terminal: true });
    expect(rich.code).toBe(0);
    expect(rich.stdout).toMatch(control);
    expect(rich.stderr).toContain('\u001b[0J'); // lines that are drawn again
    const plain = [
      await rig.run(['pipeline.fsl', '--force'], { terminal: true, env: { NO_COLOR: '1' } }),
      await rig.run(['pipeline.fsl', '--force', '--no-color'], { terminal: true }),
      await rig.run(['pipeline.fsl', '--force']),
      await rig.run(['plan', 'pipeline.fsl']),
      await rig.run(['pipeline.fsl', '--set', 'shots=99']),
    ];
    for (const { stdout, stderr } of plain) expect(stdout + stderr).not.toMatch(control);
    expect((await rig.run(['plan', 'pipeline.fsl'], { terminal: true })).stdout).toMatch(control);
  });

  test('a file never gets colour', async () => {
    await using rig = await openExample();
    const { stdout } = await rig.run(['graph', 'pipeline.fsl', '-o', 'graph.txt'], { terminal: true });
    expect(stdout).toBe('');
    expect(readFileSync(join(rig.folder, 'graph.txt'), 'utf8')).toMatch(/^● load messages\n/);
  });
});

describe('events', () => {
  test('one object a line, of the documented types, from the start to the end of the run', async () => {
    await using rig = await openExample();
    const { stdout, code } = await rig.run(['pipeline.fsl', '--json']);
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: keyof typeof eventDocs; time: number });
    for (const event of events) {
      const { type, time, ...fields } = event;
      expect(time).toBeGreaterThan(1e12);
      expect(Object.keys(eventDocs[type].fields)).toEqual(expect.arrayContaining(Object.keys(fields)));
    }
    expect(events[0]?.type).toBe('run-started');
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', result: { outcome: 'done', executed: 8 } });
  });
});

describe('Ctrl-C', () => {
  test('keeps finished work, says so, and the next run goes on from it', async () => {
    await using rig = await openExample();
    const stopped = await rig.run(['pipeline.fsl'], {
      prepare: (host) => {
        host.stderr.heard = (text) => {
          if (text.includes('✔ parts')) host.interrupt();
        };
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Interrupted: finished work is kept.');
    expect(stopped.stdout).toContain('Finished work is kept: `fslrun pipeline.fsl` goes on from here.');
    const next = await rig.run(['plan', 'pipeline.fsl', '--format', 'json']);
    const { steps } = JSON.parse(next.stdout) as { steps: { id: string; state: string }[] };
    expect(steps.filter(({ state }) => state === 'cached').map(({ id }) => id)).toContain('messages');
    expect((await rig.run(['pipeline.fsl'])).code).toBe(0);
  });

  test('ends at once the second time', async () => {
    await using rig = await openExample();
    const twice = await rig.run(['pipeline.fsl', '--force'], {
      prepare: (one) => {
        let done = false;
        one.stderr.heard = (text) => {
          if (done || !text.includes('✔ messages')) return;
          done = true;
          one.interrupt();
          one.interrupt();
        };
      },
    });
    expect(twice.host.exits).toEqual([130]);
  });
});

describe('results and texts', () => {
  test('predict reads one text a line from the standard input', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', '--quiet']);
    const { stdout, code } = await rig.run(
      ['predict', 'pipeline.fsl', 'model[seed=1]', '--format', 'json', '--neighbours', '1', '--top', '2'],
      { input: 'a ripe sweet fig\r\n\nthe heavy steel rasp\n' },
    );
    expect(code).toBe(0);
    const predictions = JSON.parse(stdout) as {
      text: string;
      label: string;
      score: number;
      others: unknown[];
      neighbours: unknown[];
    }[];
    expect(predictions.map(({ text, label }) => [text, label])).toEqual([
      ['a ripe sweet fig', 'fruit'],
      ['the heavy steel rasp', 'tool'],
    ]);
    for (const { score, others, neighbours } of predictions) {
      expect(score).toBeGreaterThan(0.5);
      expect([others.length, neighbours.length]).toEqual([1, 1]);
    }
    const none = await rig.run(['predict', 'pipeline.fsl', 'model[seed=1]']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there are no texts to label')]);
    const wrong = await rig.run(['predict', 'pipeline.fsl', 'messages', 'x']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('error[wrong-artifact]')]);
  });

  test('show gives the shapes that scripts rely on', async () => {
    await using rig = await openExample();
    const before = await rig.run(['show', 'pipeline.fsl', 'score', '--set', 'shots=3']);
    expect([before.code, before.stderr]).toEqual([
      1,
      expect.stringContaining('`fslrun pipeline.fsl score --set shots=3` runs it'),
    ]);
    await rig.run(['pipeline.fsl', '--quiet']);
    const json = async (stage: string): Promise<unknown> =>
      JSON.parse((await rig.run(['show', 'pipeline.fsl', stage, '--format', 'json'])).stdout);
    expect(await json('parts[seed=2].test')).toMatchObject({
      rows: 8,
      columns: ['text', 'kind'],
      source_rows: expect.arrayContaining([expect.any(Number)]) as unknown,
      labels: { fruit: 4, tool: 4 },
      sample: expect.arrayContaining([{ text: expect.any(String) as unknown, kind: 'fruit' }]) as unknown,
    });
    expect(await json('score')).toMatchObject([
      { stage: 'score[seed=1]' },
      { stage: 'score[seed=2]', rows: 8 },
    ]);
    expect(await json('summary')).toMatchObject({
      metrics: { accuracy: { mean: 1, sd: 0, n: 2, differences: [] } },
    });
    const part = await rig.run(['show', 'pipeline.fsl', 'parts.trian']);
    expect([part.code, part.stderr]).toEqual([2, expect.stringContaining('error[unknown-part]')]);
  });

  test('verify finds a flipped byte, and the next run mends it', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', '--quiet']);
    expect((await rig.run(['verify'])).code).toBe(0);
    const { writeFileSync, readdirSync, chmodSync } = await import('node:fs');
    const objects = join(rig.folder, '.fsl', 'objects');
    const shard = join(objects, readdirSync(objects)[0] ?? '');
    const object = join(shard, readdirSync(shard)[0] ?? '');
    const bytes = readFileSync(object);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    chmodSync(object, 0o644);
    writeFileSync(object, bytes);
    const damaged = await rig.run(['verify']);
    expect([damaged.code, damaged.stdout]).toEqual([1, expect.stringContaining('do not match its digest')]);
    expect((await rig.run(['pipeline.fsl', '--quiet'])).code).toBe(0);
    expect((await rig.run(['verify', 'pipeline.fsl'])).stdout).toContain('the same when made again');
  });

  test('verify finds an object that is gone, and the next run mends it', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', '--quiet']);
    const { readdirSync, rmSync } = await import('node:fs');
    const objects = join(rig.folder, '.fsl', 'objects');
    const shard = join(objects, readdirSync(objects)[0] ?? '');
    const [name = ''] = readdirSync(shard);
    rmSync(join(shard, name));
    const lost = await rig.run(['verify']);
    expect(lost.code).toBe(1);
    expect(lost.stdout).toContain(
      `✘ ${join(shard, name)}: it is not there any more, and a result needs it\n`,
    );
    expect(lost.stdout).toMatch(/^1 damaged or lost; \d+ objects there\./m);
    expect((await rig.run(['pipeline.fsl', '--quiet'])).code).toBe(0);
    expect((await rig.run(['verify'])).code).toBe(0);
  });

  test('a graph and a plan are also pages: the picture, and the same in words', async () => {
    await using rig = await openExample();
    const page = async (...args: string[]): Promise<string> =>
      (await rig.run([...args, '--format', 'html'])).stdout;
    const [graph, plan] = [await page('graph', 'pipeline.fsl'), await page('plan', 'pipeline.fsl')];
    for (const text of [graph, plan]) {
      expect(text).toMatch(
        /^<!doctype html>[^]*<h1>pipeline\.fsl<\/h1>[^]*<svg [^]*<\/svg>[^]*<pre>[^]*<\/html>\n$/,
      );
      expect(text).not.toMatch(/(src|href)=/); // nothing beside it is needed
    }
    expect(graph).not.toContain('never ran');
    expect(plan).toMatch(/<pre>● load \S+ .*never ran\n[^]*Plan: 1 to run/);
  });

  test('runs and status tell what was and is', async () => {
    await using rig = await openExample();
    expect((await rig.run(['runs'])).stdout).toBe('No runs yet.\n');
    await rig.run(['pipeline.fsl', '--quiet', '--set', 'shots=2']);
    expect((await rig.run(['runs'])).stdout).toMatch(/pipeline\.fsl +done +8 run, 0 cached .* shots=2/);
    expect((await rig.run(['status'])).stdout).toBe('Nothing is running.\n');
    let during = '';
    await rig.run(['pipeline.fsl', '--force'], {
      prepare: (host) => {
        host.stderr.heard = (text) => {
          if (text.includes('✔ messages'))
            void rig.run(['status', '--json']).then(({ stdout }) => (during = stdout));
        };
      },
    });
    expect(JSON.parse(during)).toMatchObject({ running: [{ program: 'pipeline.fsl', total: 8 }] });
  });
});

describe('the rest', () => {
  test('the version is that of the package', () => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
    expect(version).toBe((JSON.parse(text) as { version: string }).version);
  });

  test('a name of a command that is also a file runs the file', async () => {
    await using rig = await openExample();
    await rig.write('check', readFileSync(join(example, 'pipeline.fsl'), 'utf8'));
    expect((await rig.run(['check', '--dry-run'])).stdout).toContain('Plan: 1 to run');
  });

  test('--force in front of the program forces everything in it', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', '--quiet']);
    expect((await rig.run(['--force', 'pipeline.fsl', '--dry-run'])).stdout).not.toContain('cached  ');
    expect((await rig.run(['--dry-run', 'pipeline.fsl'])).stdout).toContain(
      'Plan: 0 to run, 0 pending, 8 cached.',
    );
  });

  test('the store is where the flag, the environment or the project say', async () => {
    await using rig = await openExample();
    await rig.run(['pipeline.fsl', 'messages', '--quiet', '--store', 'here']);
    await rig.run(['pipeline.fsl', 'messages', '--quiet'], { env: { FSL_STORE: 'there' } });
    for (const store of ['here', 'there'])
      expect(readFileSync(join(rig.folder, store, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('doctor says what is there as JSON', async () => {
    await using rig = await openExample();
    const { stdout } = await rig.run(['doctor', '--json']);
    const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string }[] };
    expect(findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['versions', 'machine', 'compute onnx-cpu', 'compute tensorflow', 'store']),
    );
  });

  test.each(['bash', 'zsh', 'fish'])('completion for %s names every command', async (shell) => {
    await using rig = await openExample();
    const { stdout } = await rig.run(['completion', shell]);
    for (const name of ['run', 'plan', 'check', 'fmt', 'graph', 'show', 'predict', 'explain', 'doctor'])
      expect(stdout).toContain(name);
    expect(stdout).toContain('keep-going');
  });

  const bash = spawnSync('bash', ['-c', 'complete -p; echo $BASH_VERSION']);
  test.skipIf(bash.error !== undefined)(
    'bash completes commands, programs, flags and their values',
    async () => {
      await using rig = await openExample();
      await rig.write('plan b.fsl', '');
      await rig.write('completion.bash', (await rig.run(['completion', 'bash'])).stdout);
      const complete = (...words: readonly string[]): readonly string[] => {
        const script = `source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fslrun; printf '%s\\n' "\${COMPREPLY[@]}"`;
        const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'fslrun', ...words], {
          cwd: rig.folder,
          encoding: 'utf8',
        });
        expect(stderr).toBe('');
        return stdout.trimEnd().split('\n').toSorted();
      };
      expect(complete('p')).toEqual(['pipeline.fsl', 'plan', 'plan b.fsl', 'predict']);
      expect(complete('')).toEqual(expect.arrayContaining(['run', 'doctor', 'help', 'pipeline.fsl']));
      expect(complete('')).not.toContain('messages.csv');
      expect(complete('plan', 'pl')).toEqual(['plan b.fsl']);
      expect(complete('init', 'to')).toEqual(['topics']);
      expect(complete('completion', '')).toEqual(['bash', 'fish', 'zsh']);
      expect(complete('pipeline.fsl', '--keep')).toEqual(['--keep-going']);
      expect(complete('pipeline.fsl', '--backend', 'o')).toEqual(['onnx']);
    },
  );
});

// Training by the command that loses its worker, or is interrupted: what it says, and that the next run ends with the same bytes.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeHost } from './fake-host.ts';
import { buildWorker, openRig, removeWorker, type Outcome, type Rig } from './rig.ts';
import { stripes } from './stripes.ts';

const root = join(import.meta.dirname, '..', '..');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
  process.env['FSL_CHECKPOINT_SECONDS'] = '0.05';
});
afterAll(async () => {
  delete process.env['FSL_CHECKPOINT_SECONDS'];
  await removeWorker(worker);
});

const program = `load d { from: "messages.csv"  text: "text"  label: "kind" }
fine-tune m { model: "./odd-bert"  from: d  method: full  steps: 100 }
`;

async function project(): Promise<Rig> {
  const rig = await openRig(worker, join(root, 'test/golden/first'));
  await cp(join(root, 'test/fixtures/encoders/odd-bert'), join(rig.folder, 'odd-bert'), { recursive: true });
  await rig.write('pipeline.fsl', program);
  return rig;
}

/** Files of the model, by digest. */
async function madeBy(rig: Rig, kind = 'fine-tune'): Promise<readonly string[]> {
  const folder = join(rig.folder, '.fsl/actions');
  const actions = await Promise.all(readdirSync(folder).map((name) => readFile(join(folder, name), 'utf8')));
  return actions.filter((text) => text.includes(`"kind":"${kind}"`)).map(outputsIn);
}

function outputsIn(action: string): string {
  const { record } = JSON.parse(action) as { record: { outputs: Record<string, { digest: string }> } };
  return JSON.stringify(Object.entries(record.outputs).map(([part, { digest }]) => [part, digest]));
}

function kept(rig: Rig): readonly string[] {
  const folder = join(rig.folder, '.fsl/checkpoints');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((key) => readdirSync(join(folder, key)));
}

/** Runs, and does something to it once it has kept a checkpoint. */
async function disturbed(rig: Rig, act: (host: FakeHost) => void): Promise<Outcome> {
  let ended = false;
  let watched = Promise.resolve();
  const prepare = (host: FakeHost): void => {
    watched = (async () => {
      while (!ended && kept(rig).length === 0) await sleep(5);
      act(host);
    })();
  };
  const outcome = await rig.run(['pipeline.fsl', '--json'], { prepare });
  ended = true;
  await watched;
  return outcome;
}

function killWorkers(): void {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  for (const pid of children.map(Number)) {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(worker)) process.kill(pid, 'SIGKILL');
  }
}

async function undisturbed(): Promise<readonly string[]> {
  await using whole = await project();
  expect((await whole.run(['pipeline.fsl', '--quiet'])).stderr).toBe('');
  return madeBy(whole);
}

const onLinux = test.skipIf(process.platform !== 'linux');

onLinux('training that lost its process says so, goes on and ends with the same model', async () => {
  await using rig = await project();
  const lost = await disturbed(rig, killWorkers);
  expect(lost.code).toBe(1);
  expect(lost.stdout).toMatch(/was killed by SIGKILL.*this one goes on from its checkpoint/);
  const again = await rig.run(['pipeline.fsl', '--verbose']);
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/m: resumed at step \d+ of 100/)]);
  expect(again.stderr).toMatch(/\d+ steps? after \d+ of an earlier attempt/);
  expect(kept(rig)).toEqual([]);
  expect(await madeBy(rig)).toEqual(await undisturbed());
});

onLinux('training that was interrupted does, too', async () => {
  await using rig = await project();
  const interrupted = await disturbed(rig, (host) => host.interrupt());
  expect(interrupted.code).toBe(130);
  expect(interrupted.stdout).toMatch(/"step-interrupted".*"checkpoint":true/);
  const rest = await rig.run(['pipeline.fsl']);
  expect([rest.code, rest.stderr]).toEqual([0, expect.stringMatching(/m: resumed at step \d+ of 100/)]);
  expect(await madeBy(rig)).toEqual(await undisturbed());
});

/** A project whose stage of this kind loses its process, runs again, and ends as where it was left alone. */
async function endsTheSame(open: () => Promise<Rig>, kind: string, resumed: RegExp): Promise<void> {
  await using rig = await open();
  const lost = await disturbed(rig, killWorkers);
  expect(lost.code).toBe(1);
  expect(lost.stdout).toMatch(/was killed by SIGKILL.*this one goes on from its checkpoint/);
  const again = await rig.run(['pipeline.fsl', '--verbose']);
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(resumed)]);
  expect(kept(rig)).toEqual([]);
  await using whole = await open();
  expect((await whole.run(['pipeline.fsl', '--quiet'])).stderr).toBe('');
  const made = await madeBy(whole, kind);
  expect(made).toHaveLength(1);
  expect(await madeBy(rig, kind)).toEqual(made);
}

onLinux(
  'a stream that lost its process is gone on with',
  async () => {
    const stream = async (): Promise<Rig> => {
      const rig = await openRig(worker, join(root, 'pipelines/data'));
      await rig.write(
        'pipeline.fsl',
        `load d { from: "messages.csv"  text: "message"  label: "intent" }
split p { from: d  train: 2 per label  validation: 120  test: 20 }
fine-tune m { model: "builtin:ngrams"  from: p.train }
adapt a { model: m  from: p.validation  drift: adwin  labels: budget(100, query: random)  batch_size: 2 }
evaluate e { model: a  on: p.test }
`,
      );
      return rig;
    };
    await endsTheSame(stream, 'adapt', /a: resumed at row \d+ of 120/);
  },
  180_000,
);

onLinux(
  'meta-learning that lost its process is gone on with',
  async () => {
    const episodes = async (): Promise<Rig> => {
      const rig = await openRig(worker);
      await stripes(rig, 'many', [0, 2, 4, 6], 6);
      await rig.write(
        'pipeline.fsl',
        `load many { from: "many-*" }
meta-learn m { from: many  ways: 3  shots: 1  queries: 2  episodes: 60  rotations: true }
`,
      );
      return rig;
    };
    await endsTheSame(episodes, 'meta-learn', /m: resumed at episode \d+ of 60/);
  },
  180_000,
);

onLinux.each(['train: all  dropout: 10%', 'train: head'])(
  'pre-training (`%s`) that lost its process is gone on with',
  async (options) => {
    const reading = async (): Promise<Rig> => {
      const rig = await openRig(worker, join(root, 'pipelines/data'));
      await cp(join(root, 'test/fixtures/masked/tiny-bert'), join(rig.folder, 'tiny-bert'), {
        recursive: true,
      });
      await rig.write(
        'pipeline.fsl',
        `load d { from: "messages.csv"  text: "message" }
pretrain m { model: "./tiny-bert"  from: d  ${options}  steps: 100  batch_size: 16 }
`,
      );
      return rig;
    };
    await endsTheSame(reading, 'pretrain', /m: resumed at step \d+ of 100/);
  },
  180_000,
);

// A program whose model is on the hub, from the command line: what a plan says, what a run downloads, and what it takes from the cache.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHub, type FakeHub, type Files } from '../runtime/hub/fake-hub.ts';
import { buildWorker, openRig, removeWorker, type Outcome } from './rig.ts';

const model = join(import.meta.dirname, '../fixtures/fill-mask/distilbert');
const files: Files = Object.fromEntries(
  readdirSync(model).map((name) => [name, new Uint8Array(readFileSync(join(model, name)))]),
);
const commit = '1'.repeat(40);
const rows = [
  ['text', 'label'],
  ...['it was great', 'a fine movie', 'good of all', 'the greatest'].map((text) => [text, 'good']),
  ...['it was bad', 'a bad film', 'not it', 'bad of all'].map((text) => [text, 'bad']),
];
const program = `load rows { from: "rows.csv"  text: "text"  label: "label" }
fine-tune model { model: "hf:me/tiny"  from: rows }
`;

let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
}, 60_000);
afterAll(() => removeWorker(worker));

interface Setting {
  readonly run: (...args: string[]) => Promise<Outcome>;
  readonly hub: FakeHub;
  readonly write: (text: string) => Promise<void>;
  /** Ctrl-C for the command that runs. */
  readonly interrupt: () => void;
}

async function withProgram(work: (setting: Setting) => Promise<void>): Promise<void> {
  await using hub = await openHub('me/tiny', commit, files);
  await using rig = await openRig(worker);
  await rig.write('rows.csv', `${rows.map((row) => row.join(',')).join('\n')}\n`);
  await rig.write('main.fsl', program);
  const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(rig.folder, 'hf') };
  let interrupt = (): void => undefined;
  await work({
    run: (...args) =>
      rig.run(args, {
        env,
        prepare: (host) => {
          interrupt = () => host.interrupt();
        },
      }),
    hub,
    write: (text) => rig.write('main.fsl', text),
    interrupt: () => interrupt(),
  });
}

const fetched = (hub: FakeHub): readonly string[] =>
  hub.requests.filter((line) => line.includes('/resolve/'));

test('a plan downloads nothing and says how much there is; a run downloads, another takes it from the cache', async () => {
  await withProgram(async ({ run, hub }) => {
    expect((await run('check', 'main.fsl')).code).toBe(0);
    expect(hub.requests).toEqual([]);
    const plan = await run('main.fsl', 'model', '--dry-run');
    expect(plan.stdout).toMatch(/fine-tune model +run +`hf:me\/tiny` is to be downloaded \(\d+(\.\d)? KB\)/);
    const { steps } = JSON.parse((await run('plan', 'main.fsl', 'model', '--format', 'json')).stdout) as {
      steps: { id: string; reasons: object[] }[];
    };
    expect(steps.find(({ id }) => id === 'model')?.reasons).toMatchObject([
      { code: 'input_missing', path: 'model', file: 'hf:me/tiny' },
    ]);
    expect(fetched(hub)).toEqual([]);

    const first = await run('main.fsl', 'model');
    expect(first.stderr).toMatch(/hf:me\/tiny {2}downloaded \d+(\.\d)? KB, commit 111111111111\n/);
    expect(first.code).toBe(0);
    expect(fetched(hub).length).toBeGreaterThan(3);

    hub.requests.length = 0;
    const second = await run('main.fsl', 'model');
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('downloaded');
    expect(hub.requests).toEqual([]);
    expect((await run('main.fsl', 'model', '--dry-run')).stdout).toMatch(/fine-tune model +cached/);
  });
});

test('without the network it runs on what is in the cache, and says what is not', async () => {
  await withProgram(async ({ run, hub }) => {
    const refused = await run('main.fsl', 'model', '--offline');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('error[not-downloaded]: `hf:me/tiny` has not been downloaded');
    expect(hub.requests).toEqual([]);
    await run('main.fsl', 'model');
    hub.requests.length = 0;
    expect((await run('main.fsl', 'model', '--offline', '--force')).code).toBe(0);
    expect(hub.requests).toEqual([]);
    const both = await run('main.fsl', 'model', '--offline', '--update');
    expect(both.stderr).toContain('`--update` asks the hub, and `--offline` forbids it');
  });
});

test('a new commit is used when asked for, and runs what depends on it', async () => {
  await withProgram(async ({ run, hub, write }) => {
    await run('main.fsl', 'model');
    const config = JSON.parse(new TextDecoder().decode(files['config.json'])) as object;
    const changed = new TextEncoder().encode(JSON.stringify({ ...config, activation: 'relu' }));
    hub.publish('2'.repeat(40), { ...files, 'config.json': changed });
    expect((await run('main.fsl', 'model', '--dry-run')).stdout).toMatch(/fine-tune model +cached/);
    const updated = await run('main.fsl', 'model', '--update');
    expect(updated.stderr).toMatch(/hf:me\/tiny {2}downloaded \d+ B, commit 222222222222\n/);
    expect(updated.stderr).toContain('✔ model');
    // The first commit is still there, by its name.
    await write(program.replace('hf:me/tiny', `hf:me/tiny@${commit}`));
    hub.requests.length = 0;
    expect((await run('main.fsl', 'model')).code).toBe(0);
    expect(hub.requests).toEqual([]);
  });
});

test('what is wrong with a model is told once it is known, before anything runs', async () => {
  await withProgram(async ({ run, hub, write }) => {
    const config = new TextEncoder().encode('{"model_type":"deberta-v2"}');
    hub.publish('3'.repeat(40), { ...files, 'config.json': config });
    const refused = await run('main.fsl', 'model');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('`hf:me/tiny` is a model of type `deberta-v2`, which FSL does not run');
    expect(refused.stdout).toBe('');
    await write(program.replace('hf:me/tiny', 'hf:me/tinny'));
    const absent = await run('main.fsl', 'model');
    expect(absent.code).toBe(2);
    expect(absent.stderr).toMatch(/error\[download-failed\]: .* has no model `me\/tinny`/);
    expect(absent.stderr).toContain('main.fsl:2:26');
    await write(program.replace('hf:me/tiny', 'hf:me/tiny/more'));
    expect((await run('check', 'main.fsl')).stderr).toContain('is not the name of a model on the hub');
  });
});

test('of a model that writes texts the graphs of one precision are downloaded', async () => {
  await withProgram(async ({ run, hub, write }) => {
    const folder = join(import.meta.dirname, '../fixtures/seq2seq/t5');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('.'),
    );
    const writer: Files = Object.fromEntries(
      names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
    );
    const other = new TextEncoder().encode('of another precision');
    const beside = {
      'onnx/encoder_model_quantized.onnx': other,
      'onnx/decoder_model.onnx': other,
      'model.safetensors': other,
    };
    hub.publish('4'.repeat(40), { ...writer, ...beside });
    await write(`load rows { from: "rows.csv"  text: "text"  label: "label" }
augment more { from: rows  with: paraphrase(model: "hf:me/tiny")  copies: 1 }
`);
    const plan = await run('main.fsl', '--dry-run');
    expect(plan.stdout).toMatch(/augment more +run +`hf:me\/tiny` is to be downloaded/);
    const first = await run('main.fsl');
    expect(first.stderr).toContain('✔ more');
    const got = fetched(hub).map((line) => line.replace(/^\S+ \/me\/tiny\/resolve\/\d+\//, ''));
    expect([...new Set(got)].sort()).toEqual(names.sort());

    // People are told of the model by its name, and not of its place among the inputs.
    expect((await run('explain', 'main.fsl', 'more.with')).stdout).toMatch(/^\[paraphrase\(model: \S+\)\]$/m);
    await write(`load rows { from: "rows.csv"  text: "text"  label: "label" }
augment more { from: rows  with: paraphrase(model: "hf:me/tiny", prefix: "a ")  copies: 1 }
`);
    expect((await run('main.fsl', '--dry-run')).stdout).toMatch(
      /`with` \[paraphrase\(prefix: "", temperature: 1\)\] -> \[paraphrase\(prefix: "a ", temperature: 1\)\] at main.fsl:2:/,
    );
  });
});

test('Ctrl-C while downloading keeps what is there', async () => {
  await withProgram(async ({ run, hub, interrupt }) => {
    const weights = files['model.safetensors'] ?? new Uint8Array();
    hub.trouble = (_, response, path) => {
      if (!path.endsWith('/model.safetensors')) return false;
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 500), interrupt);
      return true;
    };
    const stopped = await run('main.fsl', 'model');
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/Interrupted while downloading `hf:me\/tiny`\. .* are kept/);
    hub.trouble = () => false;
    expect((await run('main.fsl', 'model')).code).toBe(0);
  });
});

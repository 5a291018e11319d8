// Models of the hub against a hub on this machine that goes wrong in every way: what arrives, what is resumed, what is refused, and that
// the cache is laid out as Python's.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { downloadModel } from '../../../src/runtime/hub/download-model.ts';
import { hubAccess } from '../../../src/runtime/hub/hub-access.ts';
import { cachedModel, hubCache } from '../../../src/runtime/hub/hub-cache.ts';
import { HubError } from '../../../src/runtime/hub/hub-error.ts';
import { readHubSource, type HubSource } from '../../../src/stages/hub-source.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { answer, begin, openHub, send, type FakeHub, type Files } from './fake-hub.ts';

const commit = 'a'.repeat(40);
const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i * 7 + i) % 251);
const small = (text: string): Uint8Array => new TextEncoder().encode(text);
const files: Files = {
  'README.md': small('about the model'),
  'config.json': small('{"model_type":"bert"}'),
  'tokenizer.json': small('{"model":{}}'),
  'tokenizer_config.json': small('{}'),
  'modules.json': small('[]'),
  '1_Pooling/config.json': small('{"pooling_mode":"mean"}'),
  'model.safetensors': weights,
  'pytorch_model.bin': weights,
  'onnx/model.onnx': weights,
  'model.fp16.safetensors': weights,
  'vocab.txt': small('a'),
};
const read = [
  '1_Pooling/config.json',
  'config.json',
  'model.safetensors',
  'modules.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

interface Options {
  readonly source?: string;
  readonly token?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

function named(text: string): HubSource {
  const source = readHubSource(text);
  if (source === undefined) throw new Error(text);
  return source;
}

function fetching(hub: FakeHub, cache: string) {
  return {
    home: join(cache, 'models--me--tiny'),
    state: (text = 'hf:me/tiny') => cachedModel(cache, named(text)),
    run: async ({
      source = 'hf:me/tiny',
      token,
      signal = new AbortController().signal,
      progress = () => undefined,
    }: Options = {}): Promise<string> => {
      const env = {
        HF_ENDPOINT: hub.endpoint,
        HF_HOME: cache,
        ...(token !== undefined && { HF_TOKEN: token }),
      };
      const access = hubAccess(env, signal);
      const pauses = [1, 1, 1];
      return (await downloadModel({ access, cache, source: named(source), signal, progress, pauses })).commit;
    },
  };
}

const weightsOf = (hub: FakeHub): readonly string[] =>
  hub.requests.filter((line) => line.includes('/model.safetensors'));

function blobOf(home: string): string {
  return join(home, 'blobs', readdirSync(join(home, 'blobs')).find((name) => name.length === 64) ?? 'none');
}

test('arrives in the layout of Python, with the files that say what it computes and no others', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  expect(state()).toEqual({ state: 'absent' });
  const steps: number[] = [];
  const totals = new Set<number>();
  await run({
    progress: (done, total) => {
      steps.push(done);
      totals.add(total);
    },
  });
  const snapshot = join(home, 'snapshots', commit);
  const found = readdirSync(snapshot, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [] : [join(entry.parentPath, entry.name).slice(snapshot.length + 1)],
  );
  expect(found.sort()).toEqual(read);
  for (const name of read) expect(new Uint8Array(readFileSync(join(snapshot, name)))).toEqual(files[name]);
  expect(readFileSync(join(home, 'refs/main'), 'utf8')).toBe(commit);
  // A large file's blob is named by its sha256, a small one's by Git's id, and the snapshot links to it.
  expect(readlinkSync(join(snapshot, 'model.safetensors'))).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
  expect(readlinkSync(join(snapshot, '1_Pooling/config.json'))).toMatch(
    /^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/,
  );
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  expect([...totals]).toEqual([steps.at(-1)]);
  expect(state()).toEqual({ state: 'ready', path: snapshot, commit });

  // All is there: the hub is asked for its list, and for no file.
  hub.requests.length = 0;
  await run();
  expect(hub.requests.filter((line) => line.includes('/resolve/'))).toEqual([]);
});

test('goes on where it was cut off, by a server or by a kill', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  let cuts = 0;
  hub.trouble = (request, response, path) => {
    if (!path.endsWith('/model.safetensors') || cuts === 2) return false;
    const from = Number(/(\d+)-/.exec(request.headers.range ?? '0-')?.[1] ?? 0);
    begin(response, from, weights.length);
    response.write(weights.subarray(from, from + 100_000), () => response.destroy());
    cuts += 1;
    return true;
  };
  await run();
  expect(state().state).toBe('ready');
  expect(weightsOf(hub)).toHaveLength(3);
  expect(weightsOf(hub)[2]).toMatch(/bytes=\d{5,}-$/);

  // As a kill leaves it: part of a blob, and no snapshot.
  const blob = blobOf(home);
  rmSync(blob);
  rmSync(join(home, 'snapshots'), { recursive: true });
  writeFileSync(`${blob}.incomplete`, weights.subarray(0, 12_345));
  hub.requests.length = 0;
  await run();
  expect(weightsOf(hub)).toEqual([`GET /me/tiny/resolve/${commit}/model.safetensors bytes=12345-`]);
  expect(state().state).toBe('ready');
});

test('of a server that does not know ranges, starts anew', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state } = fetching(hub, folder.path);
  let cut = false;
  hub.trouble = (_, response, path) => {
    if (!path.endsWith('/model.safetensors')) return false;
    begin(response, 0, weights.length);
    if (cut) response.end(weights);
    else response.write(weights.subarray(0, 50_000), () => response.destroy());
    cut = true;
    return true;
  };
  await run();
  expect(weightsOf(hub)).toHaveLength(2);
  expect(state().state).toBe('ready');
});

test('is not believed with other contents than the hub lists', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  const other = weights.map((value, i) => (i === 7 ? value + 1 : value));
  hub.trouble = (request, response, path) => {
    if (!path.endsWith('/model.safetensors')) return false;
    send(request, response, other);
    return true;
  };
  await expect(run()).rejects.toThrow('`model.safetensors` comes with other contents than the hub lists');
  expect(state().state).not.toBe('ready');
  expect(readdirSync(join(home, 'blobs')).filter((name) => name.length >= 64)).toEqual([]);
  hub.trouble = () => false;
  await run();
  expect(state().state).toBe('ready');
});

test('of the wrong part of an older file, is fetched again', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  await run();
  const blob = blobOf(home);
  rmSync(blob);
  writeFileSync(`${blob}.incomplete`, new Uint8Array(1000));
  expect(state().state).toBe('partial');
  await run();
  expect(new Uint8Array(readFileSync(join(home, 'snapshots', commit, 'model.safetensors')))).toEqual(weights);
});

async function failure(work: Promise<unknown>): Promise<HubError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HubError);
  return error as HubError; // as was just checked
}

test('that is not there, or is not given, says so, and never shows the token', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run } = fetching(hub, folder.path);
  const secret = 'hf_aVerySecretToken';
  const { host } = new URL(hub.endpoint);

  const absent = await failure(run({ source: 'hf:me/tinny' }));
  expect(absent.message).toBe(`${host} has no model \`me/tinny\`, or does not show it without a token`);
  expect(absent.hint).toContain('HF_TOKEN');
  expect((await failure(run({ source: 'hf:me/tiny@v9' }))).message).toContain('`me/tiny@v9`');

  hub.trouble = (_, response) => {
    answer(response, 401, { error: 'Invalid credentials' });
    return true;
  };
  const refused = await failure(run({ token: secret }));
  expect(refused.message).toBe(`${host} does not give \`hf:me/tiny\` to the owner of this token`);
  expect(JSON.stringify([refused.message, refused.hint, refused.stack])).not.toContain(secret);
  expect(hub.tokens).toContain(`Bearer ${secret}`);

  hub.trouble = (_, response) => {
    answer(response, 503, {});
    return true;
  };
  expect((await failure(run())).message).toBe(`${host} answered 503 when asked for \`hf:me/tiny\``);
});

test('is asked for with the token at the hub alone, not where the hub sends us', async () => {
  await using store = await openHub('other/place', commit, files);
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  hub.trouble = (_, response, path) => {
    if (!path.endsWith('/model.safetensors')) return false;
    response.writeHead(302, {
      location: `${store.endpoint}/other/place/resolve/${commit}/model.safetensors`,
    });
    response.end();
    return true;
  };
  const { run, state } = fetching(hub, folder.path);
  await run({ token: 'hf_secret' });
  expect(state().state).toBe('ready');
  expect(new Set(hub.tokens)).toEqual(new Set(['Bearer hf_secret']));
  expect(store.tokens).toEqual([undefined]);
});

test('that nobody answers for, says so', async () => {
  const hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run } = fetching(hub, folder.path);
  await hub[Symbol.asyncDispose]();
  const error = await failure(run());
  expect(error.message).toContain(`${new URL(hub.endpoint).host} cannot be reached for \`hf:me/tiny\``);
  expect(error.hint).toContain('--offline');
});

test('is stopped in good order, and goes on later', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  const stop = new AbortController();
  hub.trouble = (_, response, path) => {
    if (!path.endsWith('/model.safetensors')) return false;
    begin(response, 0, weights.length);
    response.write(weights.subarray(0, 70_000)); // and no more
    return true;
  };
  const progress = (done: number): void => {
    if (done > 60_000) stop.abort(new Error('enough'));
  };
  await expect(run({ signal: stop.signal, progress })).rejects.toThrow('enough');
  expect(readdirSync(home)).not.toContain('fsl.lock');
  const part = readdirSync(join(home, 'blobs')).find((name) => name.endsWith('.incomplete')) ?? '';
  expect(statSync(join(home, 'blobs', part)).size).toBeGreaterThan(0);
  hub.trouble = () => false;
  hub.requests.length = 0;
  await run();
  expect(weightsOf(hub)[0]).toMatch(/bytes=\d+-$/);
  expect(state().state).toBe('ready');
});

test('is downloaded once where two ask for it at once, and after one that was killed', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  mkdirSync(home, { recursive: true });
  // Of this machine and another start of it.
  const { hostname } = await import('node:os');
  writeFileSync(
    join(home, 'fsl.lock'),
    JSON.stringify({ pid: 1, host: hostname(), boot: 'x/y', start: '0' }),
  );
  await Promise.all([run(), run()]);
  expect(weightsOf(hub)).toHaveLength(1);
  expect(state().state).toBe('ready');
});

test('stays at its commit until it is asked for anew; two of them can be there', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state } = fetching(hub, folder.path);
  await run();
  const next = 'b'.repeat(40);
  hub.publish(next, { ...files, 'config.json': small('{"model_type":"roberta"}') });
  expect(state()).toMatchObject({ state: 'ready', commit });
  await expect(run()).resolves.toBe(next);
  expect(state()).toMatchObject({ state: 'ready', commit: next });
  expect(state(`hf:me/tiny@${commit}`)).toMatchObject({ state: 'ready', commit });
  expect(state(`hf:me/tiny@${'c'.repeat(40)}`)).toEqual({ state: 'absent' });
});

test('fetched in part by somebody else is completed', async () => {
  await using hub = await openHub('me/tiny', commit, files);
  using folder = temporaryFolder();
  const { run, state, home } = fetching(hub, folder.path);
  const snapshot = join(home, 'snapshots', commit);
  for (const made of [snapshot, join(home, 'refs')]) mkdirSync(made, { recursive: true });
  writeFileSync(join(home, 'refs/main'), commit);
  writeFileSync(join(snapshot, 'config.json'), files['config.json'] ?? '');
  expect(state().state).toBe('partial');
  await run();
  expect(state().state).toBe('ready');
});

test('of a net of pictures three files are fetched, and no tokenizer is asked for', async () => {
  const pictures = {
    'config.json': small('{"model_type":"resnet"}'),
    'preprocessor_config.json': small('{"size":224}'),
    'model.safetensors': weights,
    'pytorch_model.bin': weights,
    'README.md': small('about the model'),
  };
  await using hub = await openHub('me/tiny', commit, pictures);
  using folder = temporaryFolder();
  const { run, home, state } = fetching(hub, folder.path);
  await run();
  expect(readdirSync(join(home, 'snapshots', commit)).sort()).toEqual([
    'config.json',
    'model.safetensors',
    'preprocessor_config.json',
  ]);
  expect(state().state).toBe('ready');
});

test('a net of pictures needs no file of an image processor', async () => {
  const pictures = { 'config.json': small('{"model_type":"mobilenet_v2"}'), 'model.safetensors': weights };
  await using hub = await openHub('me/tiny', commit, pictures);
  using folder = temporaryFolder();
  const { run, home } = fetching(hub, folder.path);
  await run();
  expect(readdirSync(join(home, 'snapshots', commit)).sort()).toEqual(['config.json', 'model.safetensors']);
});

test('a model of a type that does not run is refused, and nothing of it fetched', async () => {
  const pictures = {
    'config.json': small('{"model_type":"vit"}'),
    'preprocessor_config.json': small('{"size":224}'),
    'model.safetensors': weights,
  };
  await using hub = await openHub('me/tiny', commit, pictures);
  using folder = temporaryFolder();
  await expect(fetching(hub, folder.path).run()).rejects.toThrow(
    '`hf:me/tiny` is a model of type `vit`, which FSL does not run',
  );
  expect(hub.requests.filter((one) => one.includes('/resolve/'))).toEqual([]);
});

test.each([
  ['config', ['config.json'], 'has no `config.json`', 'transformers'],
  ['weights', ['model.safetensors'], 'has no weights as safetensors', '`pytorch_model.bin`'],
  ['tokenizer', ['tokenizer.json', 'vocab.txt'], 'has no tokenizer that FSL reads', 'save_pretrained'],
])('without %s is refused before anything is fetched', async (_, lacking, message, hint) => {
  const rest = Object.fromEntries(Object.entries(files).filter(([name]) => !lacking.includes(name)));
  await using hub = await openHub('me/tiny', commit, rest);
  using folder = temporaryFolder();
  const { run, home } = fetching(hub, folder.path);
  const error = await failure(run());
  expect(error.message).toContain(message);
  expect(error.hint).toContain(hint);
  expect(hub.requests.filter((line) => line.includes('/resolve/'))).toEqual([]);
  expect(existsSync(home)).toBe(false);
});

test('in shards has the files that its index may name', async () => {
  const { 'model.safetensors': whole = weights, ...rest } = files;
  const shards = { 'model.safetensors.index.json': small('{}'), 'model-00001-of-00001.safetensors': whole };
  await using hub = await openHub('me/tiny', commit, { ...rest, ...shards });
  using folder = temporaryFolder();
  const { run, home } = fetching(hub, folder.path);
  await run();
  const found = readdirSync(join(home, 'snapshots', commit));
  expect(found).toEqual(expect.arrayContaining(Object.keys(shards)));
  expect(found).not.toContain('model.fp16.safetensors');
});

test.each([
  ['hf:a/b', { repository: 'a/b', revision: 'main' }],
  ['hf:gpt2', { repository: 'gpt2', revision: 'main' }],
  ['hf:a/b@refs/pr/1', { repository: 'a/b', revision: 'refs/pr/1' }],
  ['hf:a/b@v1.0', { repository: 'a/b', revision: 'v1.0' }],
  ['hf:', undefined],
  ['hf:a/b/c', undefined],
  ['hf:../b', undefined],
  ['hf:a/b@', undefined],
  ['hf:a/b@../../x', undefined],
  ['hf:a b', undefined],
])('the name %s', (text, source) => {
  expect(readHubSource(text)).toEqual(source === undefined ? undefined : { ...source, text });
});

test.each([
  [{ HF_HUB_CACHE: '/c', HF_HOME: '/h' }, '/c'],
  [{ HF_HOME: '/h' }, '/h/hub'],
  [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
  [{ HOME: '/u' }, '/u/.cache/huggingface/hub'],
])('the cache folder with %j', (env, folder) => {
  expect(hubCache(env)).toBe(folder);
});

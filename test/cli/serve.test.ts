// `fslrun serve`: the answers are those of `predict`, whoever asks and however many; what is refused, and how it ends.
import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mostTexts } from '../../src/runtime/serving/asked-json.ts';
import { mostWaiting } from '../../src/runtime/serving/answer-request.ts';
import { largestBody } from '../../src/runtime/serving/request-body.ts';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';
import { fakeWorker, serve, type Served } from './served.ts';
import { stripes } from './stripes.ts';

const example = join(import.meta.dirname, '..', 'golden', 'first');
const model = ['pipeline.fsl', 'model[seed=1]'];

let worker = '';
/** Has run the example. */
let rig: Rig;
beforeAll(async () => {
  worker = await buildWorker();
  rig = await openRig(worker, example);
  await rig.run(['pipeline.fsl', 'model', '--quiet']);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await removeWorker(worker);
});

/** What `predict` says, and what `serve` says of the same texts without `scores`. */
async function bothAnswers(
  folder: Rig,
  { args, texts, asked = texts }: { args: readonly string[]; texts: readonly string[]; asked?: unknown },
): Promise<readonly [predicted: unknown, served: unknown, scores: readonly unknown[]]> {
  const [file = '', name = '', ...flags] = args;
  const predicted = await folder.run([
    'predict',
    file,
    name,
    ...texts,
    '--format',
    'json',
    '--neighbours',
    '0',
    ...flags,
  ]);
  await using served = await serve({ folder: folder.folder, worker, args });
  const { json, status } = await served.ask({ texts: asked });
  expect(status).toBe(200);
  const scores = json.predictions?.map((one) => one['scores']) ?? [];
  const bare = json.predictions?.map(({ scores: _, ...one }) => one);
  return [JSON.parse(predicted.stdout), bare, scores];
}

describe('the answers are those of predict', () => {
  test('texts, also empty ones; the probability of every label beside', async () => {
    const texts = ['a ripe sweet fig', 'the heavy steel rasp', '', 'naïve 水果 🍏'];
    const args = [...model, '--top', '2', '--neighbours', '2'];
    const [predicted, served, scores] = await bothAnswers(rig, { args, texts });
    expect(served).toEqual(predicted);
    const [first] = served as readonly {
      label: string;
      score: number;
      others: object[];
      neighbours: object[];
    }[];
    expect([first?.others.length, first?.neighbours.length]).toEqual([1, 2]);
    expect(Object.keys(scores[0] as object).toSorted()).toEqual(['fruit', 'tool']);
    expect(scores[0]).toMatchObject({ fruit: first?.score });
  });

  test('several labels, normal rows alone, pairs of texts, an encoder', { timeout: 120_000 }, async () => {
    await using other = await openRig(worker);
    const rows = [
      'a ripe fig,"[""fruit"",""food""]"',
      'a steel rasp,"[""tool""]"',
      'a sweet pear,"[""fruit""]"',
    ];
    await other.write(
      'several.csv',
      `text,kinds\n${[...rows, ...rows.map((row) => `the ${row}`)].join('\n')}\n`,
    );
    const plain = ['fig', 'pear', 'plum', 'lime', 'apple', 'melon'].map((one) => `a ripe ${one},fruit`);
    await other.write('plain.csv', `text,kind\n${plain.join('\n')}\nsteel rasp,tool\nheavy saw,tool\n`);
    const pairs = ['is it ripe,it is a fig,yes', 'is it ripe,it is a saw,no'];
    await other.write('pairs.csv', `question,answer,fits\n${pairs.join('\n')}\n${pairs.join(' now\n')}\n`);
    await other.write(
      'main.fsl',
      `load several { from: "several.csv"  text: "text"  label: "kinds" }
load plain { from: "plain.csv"  text: "text"  label: "kind" }
load pairs { from: "pairs.csv"  text: ["question", "answer"]  label: "fits" }
fine-tune many { model: "builtin:ngrams"  from: several }
fine-tune odd { model: "builtin:ngrams"  from: plain  method: one_class(normal: "fruit") }
fine-tune fits { model: "builtin:fsl-mini"  from: pairs }
fine-tune mini { model: "builtin:fsl-mini"  from: plain }
`,
    );
    const ran = await other.run(['main.fsl', 'many', 'odd', 'fits', 'mini', '--quiet']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const texts = ['a ripe fig', 'a steel rasp'];
    for (const name of ['many', 'odd', 'mini']) {
      const args = ['main.fsl', name, '--neighbours', '1'];
      const [predicted, served, scores] = await bothAnswers(other, { args, texts });
      expect(served, name).toEqual(predicted);
      expect(scores[0] === undefined, name).toBe(name === 'odd');
    }
    for (const command of [
      ['serve', 'main.fsl', 'odd', '--port', '0'],
      ['predict', 'main.fsl', 'odd', 'a'],
    ]) {
      const refused = await other.run([...command, '--top', '2']);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/`top` has no meaning[^]*<command line>[^]* \^{5}\n/);
    }
    const asked = [texts];
    const [predicted, served] = await bothAnswers(other, { args: ['main.fsl', 'fits'], texts, asked });
    expect(served).toEqual(predicted);
    await using pairing = await serve({ folder: other.folder, worker, args: ['main.fsl', 'fits'] });
    expect((await pairing.ask({ text: 'one' })).json.error?.message).toBe(
      '"text" is a string, and a list of two strings (question, answer) is expected',
    );
  });

  test('everyone gets an own answer, and no vector of a text is kept', { timeout: 60_000 }, async () => {
    await using other = await openRig(worker);
    await other.write('plain.csv', 'text,kind\na fig,fruit\na saw,tool\na pear,fruit\na rasp,tool\n');
    await other.write(
      'main.fsl',
      'load plain { from: "plain.csv"  text: "text"  label: "kind" }\nfine-tune mini { model: "builtin:fsl-mini"  from: plain }\n',
    );
    await other.run(['main.fsl', 'mini', '--quiet']);
    const vectors = (): readonly string[] =>
      readdirSync(join(other.folder, '.fsl', 'cache', 'vectors'), { recursive: true })
        .map(String)
        .toSorted();
    const before = vectors();
    await using served = await serve({ folder: other.folder, worker, args: ['main.fsl', 'mini'] });
    const texts = Array.from({ length: 30 }, (_, i) => `thing number ${i}`);
    const answers = await Promise.all(texts.map((text) => served.ask({ text })));
    expect(answers.map(({ json }) => json.predictions?.map((one) => one['text']))).toEqual(
      texts.map((text) => [text]),
    );
    const { json } = await served.ask({ texts });
    for (const [i, answer] of answers.entries())
      expect(answer.json.predictions?.[0]?.['score']).toBeCloseTo(
        json.predictions?.[i]?.['score'] as number,
        5,
      );
    expect(vectors()).toEqual(before);
  });
});

describe('what is no question', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ folder: rig.folder, worker, args: [...model, '--verbose'] });
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test.each<readonly [body: unknown, status: number, code: string, message: string]>([
    ['', 400, 'not-json', 'the body is not JSON'],
    ['{"text": "a"', 400, 'not-json', 'the body is not JSON'],
    [[], 400, 'wrong-type', 'the body is a list of 0, and an object is expected'],
    ['null', 400, 'wrong-type', 'the body is null, and an object is expected'],
    [{}, 400, 'missing-field', 'the body has no texts'],
    [{ text: 'a', texts: ['b'] }, 400, 'unknown-field', 'the body has both "text" and "texts"'],
    [{ txets: ['a'] }, 400, 'unknown-field', 'the body has a field that is neither "text" nor "texts"'],
    [{ text: 3 }, 400, 'wrong-type', '"text" is a number, and a string is expected'],
    [{ texts: 'a' }, 400, 'wrong-type', '"texts" is a string, and a list is expected'],
    [{ texts: ['a', ['b', 'c']] }, 400, 'wrong-type', 'texts[1] is a list of 2, and a string is expected'],
    [{ texts: [] }, 400, 'empty-list', '"texts" is empty'],
    [
      { texts: Array.from({ length: mostTexts + 1 }, () => 'a') },
      400,
      'too-many-texts',
      '"texts" has 1001 entries, and 1000 are allowed',
    ],
  ])('%j', async (body, status, code, message) => {
    const answer = await served.ask(body);
    expect([answer.status, answer.json.error]).toEqual([
      status,
      { code, message, hint: expect.stringMatching(/./) as string },
    ]);
  });

  test('a body that is too large: told whether or not its length is, and the connection is closed', async () => {
    const body = JSON.stringify({ text: 'a'.repeat(largestBody) });
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }, { expect: '100-continue' }]) {
      const answer = await post(`${served.url}/predict`, body, headers);
      expect([answer.status, answer.headers['connection'], answer.text]).toEqual([
        413,
        'close',
        expect.stringContaining('"too-large"'),
      ]);
    }
    expect((await served.ask({ text: 'a' })).status).toBe(200);
  });

  test('bytes that are no UTF-8, and a compressed body', async () => {
    const latin = await served.ask('', { body: Buffer.from('{"text": "caf\xe9"}', 'latin1') });
    expect([latin.status, latin.json.error?.message]).toEqual([400, 'the body is not UTF-8']);
    const zipped = await served.ask('', { headers: { 'content-encoding': 'gzip' } });
    expect([zipped.status, zipped.json.error?.code]).toEqual([415, 'wrong-encoding']);
  });

  test('other paths, other methods, other hosts', async () => {
    const nowhere = await fetch(`${served.url}/../etc/passwd`);
    expect([nowhere.status, await nowhere.text()]).toEqual([404, expect.stringContaining('"unknown-path"')]);
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(`${served.url}/predict`, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    const rebound = await post(`${served.url}/predict`, '{"text": "a"}', { host: 'example.org:8080' });
    expect([rebound.status, rebound.text]).toEqual([421, expect.stringContaining('"wrong-host"')]);
    const named = await post(`${served.url}/predict`, '{"text": "a"}', { host: 'localhost:8080' });
    expect(named.status).toBe(200);
  });

  test('what it is, and that it is ready; a line a request without its texts', async () => {
    const about = (await (await fetch(`${served.url}/?x=secret`)).json()) as Record<string, unknown>;
    expect(about).toMatchObject({
      model: 'model[seed=1]',
      program: 'pipeline.fsl',
      labels: ['fruit', 'tool'],
      limits: { texts: mostTexts, bytes: largestBody },
      example: `curl ${served.url}/predict -d '{"texts":["a text"]}'`,
    });
    expect(await (await fetch(`${served.url}/health`)).json()).toEqual({ status: 'ready' });
    await served.ask({ texts: ['secret', 'secret too'] });
    await served.ask({ secret: 'secret' });
    await fetch(`${served.url}/secret`);
    expect(served.host.stderr.text).toMatch(/^POST \/predict 200 2 texts \d+ ms$/m);
    expect(served.host.stderr.text).toMatch(/^GET \(another path\) 404 unknown-path \d+ ms$/m);
    expect(served.host.stderr.text).not.toContain('secret');
  });
});

test('--cors lets pages of that origin ask', async () => {
  await using served = await serve({
    folder: rig.folder,
    worker,
    args: [...model, '--cors', 'https://example.org'],
  });
  const asked = await fetch(`${served.url}/predict`, { method: 'OPTIONS' });
  expect(asked.status).toBe(204);
  expect(Object.fromEntries(asked.headers)).toMatchObject({
    'access-control-allow-origin': 'https://example.org',
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'content-type',
  });
  const { headers } = await served.ask({ text: 'a' });
  expect(headers.get('access-control-allow-origin')).toBe('https://example.org');
});

test('--json: events, one object a line, and no text in them', async () => {
  const served = await serve({
    folder: rig.folder,
    worker,
    args: [...model, '--json'],
    until: /"ready","url":"([^"]*)"/,
  });
  await served.ask({ text: 'secret' });
  served.host.interrupt();
  expect(await served.ended).toBe(0);
  const events = served.host.stdout.text.trimEnd().split('\n');
  expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'listening',
    'ready',
    'request',
    'stopping',
    'stopped',
  ]);
  expect(JSON.parse(events[2] ?? '')).toMatchObject({
    method: 'POST',
    path: '/predict',
    status: 200,
    texts: 1,
  });
  expect([served.host.stderr.text, served.host.stdout.text]).toEqual([
    '',
    expect.not.stringContaining('secret'),
  ]);
});

describe('refused before anything is served', () => {
  test.each<readonly [args: readonly string[], code: number, message: string]>([
    [['pipeline.fsl', 'messages'], 2, '`messages` is no classifier, but a dataset'],
    [['pipeline.fsl', 'model'], 2, '`model` is 2 models, and one is needed'],
    [[...model, '--set', 'shots=3'], 1, "`fslrun pipeline.fsl 'model[seed=1]' --set shots=3` runs it"],
    [[...model, '--cors', 'https://example.org/'], 2, 'an origin such as https://example.org'],
    [[...model, '--port', '70000'], 2, 'a whole number from 0 to 65535'],
    [[...model, '--host', '203.0.113.1'], 2, 'the server cannot listen at `203.0.113.1`, port 8080'],
  ])('%j', async (args, code, message) => {
    const refused = await rig.run(['serve', ...args]);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  test('a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    const refused = await rig.run(['serve', ...model, '--port', port]);
    other.close();
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining(`port ${port} of \`127.0.0.1\` is taken by another program`),
    ]);
    expect(refused.stderr).toContain('`--port 0` takes a free one');
  });

  test('a model of pictures', { timeout: 60_000 }, async () => {
    await using other = await openRig(worker);
    await stripes(other, 'good', [2], 8);
    await other.write(
      'main.fsl',
      'load good { from: "good-*" }\nfine-tune raw { model: "builtin:pixels"  from: good  method: one_class(distance: euclidean) }\n',
    );
    await other.run(['main.fsl', 'raw', '--quiet']);
    const refused = await other.run(['serve', 'main.fsl', 'raw']);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('`raw` reads pictures, and `serve` answers texts'),
    ]);
  });
});

describe('starting, stopping, dying', () => {
  const start = (openAfterMs: number, until?: RegExp): Promise<Served> =>
    serve({
      folder: rig.folder,
      worker: fakeWorker(rig.folder, openAfterMs),
      args: [...model, '--verbose'],
      ...(until && { until }),
    });
  const listening = /Loading .*: (\S+)\/health/;

  test('while it loads it says so; interrupted then, the exit code is 130', async () => {
    const served = await start(60_000, listening);
    const health = await fetch(`${served.url}/health`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'loading' }]);
    const { status, headers, json } = await served.ask({ text: 'a' });
    expect([status, json.error?.code, headers.get('retry-after')]).toEqual([503, 'loading', '1']);
    served.host.interrupt();
    expect(await served.ended).toBe(130);
  });

  test('Ctrl-C: what is computed is answered, what waits is not; exit code 0', async () => {
    const served = await start(0);
    const computed = served.ask({ text: 'slow' });
    await settled(200);
    const waiting = served.ask({ text: 'a' });
    await settled(200);
    served.host.interrupt();
    const answers = await Promise.all([computed, waiting]);
    expect(answers.map(({ status, json }) => [status, json.error?.code])).toEqual([
      [200, undefined],
      [503, 'stopping'],
    ]);
    expect([await served.ended, served.host.exits]).toEqual([0, []]);
    await expect(fetch(served.url)).rejects.toThrow();
  });

  test('a second Ctrl-C ends at once', async () => {
    const served = await start(0);
    const asked = served.ask({ text: 'slow' });
    await settled(200);
    served.host.interrupt();
    served.host.interrupt();
    expect(served.host.exits).toEqual([130]);
    await Promise.all([asked, served.ended]);
  });

  test('of more requests than may wait the rest is told to come again', async () => {
    await using served = await start(0);
    const slow = served.ask({ text: 'slow' });
    await settled(200);
    const answers = await Promise.all(
      Array.from({ length: mostWaiting + 5 }, (_, i) => served.ask({ text: `text ${i}` })),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.map(({ json }) => json.error?.code)).toEqual(Array.from({ length: 5 }, () => 'busy'));
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await slow).status).toBe(200);
  });

  test('what waits is asked together, and everyone gets the own answers; one by one where there is none', async () => {
    await using served = await start(0);
    const slow = served.ask({ text: 'slow' });
    await settled(200);
    const [one, two, more] = await Promise.all(
      [['a'], ['b', 'c'], Array.from({ length: mostTexts - 2 }, () => 'd')].map((texts) =>
        served.ask({ texts }),
      ),
    );
    expect(one?.json.predictions).toMatchObject([{ text: 'a', together: 3 }]);
    expect(two?.json.predictions).toMatchObject([
      { text: 'b', together: 3 },
      { text: 'c', together: 3 },
    ]);
    expect(more?.json.predictions?.length).toBe(mostTexts - 2);
    await slow;
    const again = served.ask({ text: 'slow' });
    await settled(200);
    const mixed = await Promise.all(['a', 'fail', 'b'].map((text) => served.ask({ text })));
    expect(mixed.map(({ status }) => status)).toEqual([200, 500, 200]);
    expect(mixed[1]?.json.error).toMatchObject({ code: 'failed', message: 'no answer' });
    expect(mixed[2]?.json.predictions).toMatchObject([{ text: 'b', together: 1 }]);
    await again;
  });

  test('who goes away is not computed', async () => {
    await using served = await start(0);
    const slow = served.ask({ text: 'slow' });
    await settled(200);
    const leaving = new AbortController();
    const left = served.ask({ text: 'die' }, { signal: leaving.signal });
    await settled(200);
    leaving.abort();
    await expect(left).rejects.toThrow();
    expect([(await slow).status, (await served.ask({ text: 'a' })).status]).toEqual([200, 200]);
    expect(served.host.stderr.text).toContain('POST /predict the client went away');
    expect(served.host.stderr.text).not.toContain('loading it again');
  });

  test('a model whose process dies is loaded again', async () => {
    await using served = await start(0);
    const before = (await served.ask({ text: 'a' })).json.predictions?.[0]?.label;
    const died = await served.ask({ text: 'die' });
    expect([died.status, died.json.error?.code]).toEqual([500, 'worker-died']);
    expect(served.host.stderr.text).toContain(
      'The process of the model ended with code 9; loading it again.',
    );
    let after = await served.ask({ text: 'a' });
    while (after.status === 503) after = await settled(50).then(() => served.ask({ text: 'a' }));
    expect([after.status, after.json.predictions?.[0]?.label === before]).toEqual([200, false]);
  });

  test('a worker that never opens it ends it with exit code 1', async () => {
    await rig.write('broken.mjs', 'process.exit(3);\n');
    await using broken = await openRig(join(rig.folder, 'broken.mjs'), rig.folder);
    const refused = await broken.run(['serve', ...model, '--port', '0']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('error[worker-died]')]);
  });

  test('a model whose files are not what they were: the command that makes it again, exit code 1', async () => {
    await using other = await openRig(worker, example);
    await other.run(['pipeline.fsl', 'model', '--quiet']);
    const objects = join(other.folder, '.fsl', 'objects');
    for (const name of readdirSync(objects, { recursive: true }).map(String)) {
      const file = join(objects, name);
      if (statSync(file).isFile() && readFileSync(file).includes('prototypes')) damage(file);
    }
    const refused = await other.run(['serve', ...model, '--port', '0']);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('the stored result is damaged'),
    ]);
  });
});

function damage(file: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, 'other contents');
}

function settled(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** With headers that `fetch` keeps to itself. */
function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

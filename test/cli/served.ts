// Starts `fslrun serve` in this process, on a free port, and asks it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../src/runtime/cli/run-command.ts';
import { FakeHost } from './fake-host.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly host: FakeHost;
  /** Its exit code. */
  readonly ended: Promise<number>;
  ask(body: unknown, init?: RequestInit): Promise<Asked>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly json: {
    readonly predictions?: readonly (Readonly<Record<string, unknown>> & { readonly label: unknown })[];
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
    readonly [name: string]: unknown;
  };
}

export interface ServeSettings {
  readonly folder: string;
  /** The program of the worker. */
  readonly worker: string;
  /** Behind `serve`. */
  readonly args: readonly string[];
  /** What is waited for on both outputs: it has the address. */
  readonly until?: RegExp;
}

export async function serve({
  folder,
  worker,
  args,
  until = /Ready at (\S+)/,
}: ServeSettings): Promise<Served> {
  const host = new FakeHost({ cwd: folder });
  const ended = runCommand(['serve', ...args, '--port', '0'], host, { workerPath: worker });
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (): void => {
      const [, found] = until.exec(host.stdout.text + host.stderr.text) ?? [];
      if (found !== undefined) resolve(found);
    };
    host.stdout.heard = hear;
    host.stderr.heard = hear;
    void ended.then((code) => reject(new Error(`ended with ${code}: ${host.stderr.text}`)));
  });
  return {
    url,
    host,
    ended,
    ask: async (body, init = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`${url}/predict`, { method: 'POST', body: text, ...init });
      const json = (await response.json()) as Asked['json'];
      return { status: response.status, headers: response.headers, json };
    },
    [Symbol.asyncDispose]: async () => {
      host.interrupt();
      await ended;
    },
  };
}

/** A worker that opens after a while, answers `slow` late, has no answer to `fail`, and dies of `die`; says how many texts it was asked about at once. */
export function fakeWorker(folder: string, openAfterMs = 0): string {
  const file = join(folder, `keeper-${openAfterMs}.mjs`);
  writeFileSync(
    file,
    `process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => undefined);
process.on('message', ({ type, texts = [] }) => {
  if (type === 'stop' || texts.includes('die')) process.exit(type === 'stop' ? 0 : 9);
  if (type === 'open') return setTimeout(() => process.send({ type: 'opened' }), ${openAfterMs});
  const label = 'from ' + process.pid;
  const predictions = texts.map((text) => ({ text, label, together: texts.length }));
  const failed = { type: 'failed', diagnostics: [{ code: 'bad-model', message: 'no answer' }] };
  const reply = texts.includes('fail') ? failed : { type: 'answered', predictions };
  setTimeout(() => process.send(reply), texts.includes('slow') ? 1500 : 0);
});
`,
  );
  return file;
}

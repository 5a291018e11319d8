// A hub for tests: the part of its API that is used, over files in memory, on a port of this machine; and what can go wrong with it.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeHub extends AsyncDisposable {
  readonly endpoint: string;
  /** `METHOD path`, with the range where one was asked for. */
  readonly requests: string[];
  /** The values of `Authorization` that came. */
  readonly tokens: (string | undefined)[];
  /** Asked before every answer: answers itself, or gives `false`. */
  trouble: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
  /** From now on the branch `main` is here. */
  publish(commit: string, files: Files): void;
}

export type Files = Readonly<Record<string, Uint8Array>>;

/** Files of this many bytes or more are large ones, with a sha256. */
const large = 2_000;

export async function openHub(repository: string, commit: string, files: Files): Promise<FakeHub> {
  const commits = new Map([[commit, files]]);
  let main = commit;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://hub').pathname);
    const range = request.headers.range === undefined ? [] : [request.headers.range];
    hub.requests.push([request.method, path, ...range].join(' '));
    hub.tokens.push(request.headers.authorization);
    if (hub.trouble(request, response, path)) return;
    const info = new RegExp(`^/api/models/${repository}/revision/(.+)$`).exec(path);
    const tree = new RegExp(`^/api/models/${repository}/tree/(.+)$`).exec(path);
    const file = new RegExp(`^/${repository}/resolve/([^/]+)/(.+)$`).exec(path);
    const revision = (info ?? tree ?? file)?.[1] ?? '';
    const found = revision === 'main' ? main : revision;
    const contents = commits.get(found);
    const bytes = contents?.[file?.[2] ?? ''];
    if (contents !== undefined && info !== null)
      answer(response, 200, { _id: '1', id: repository, sha: found, ...told(contents, request) });
    else if (contents !== undefined && tree !== null)
      answer(response, 200, Object.entries(contents).map(entryOf));
    else if (bytes !== undefined) send(request, response, bytes);
    else answer(response, 404, { error: 'Repository not found' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: FakeHub = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    requests: [],
    tokens: [],
    trouble: () => false,
    publish(next, contents) {
      commits.set(next, contents);
      main = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return hub;
}

/** What is in the config, where that is asked for. */
function told(files: Files, request: IncomingMessage): object {
  const bytes = files['config.json'];
  const asked = new URL(request.url ?? '', 'http://hub').searchParams.getAll('expand').includes('config');
  if (!asked || bytes === undefined) return {};
  try {
    return { config: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
  } catch {
    return {};
  }
}

export function send(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  begin(response, from, bytes.length);
  response.end(bytes.subarray(from));
}

/** The head of an answer that will give the file from a byte on. */
export function begin(response: ServerResponse, from: number, size: number): void {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': size - from };
  if (from === 0) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${size - 1}/${size}` });
}

export function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function entryOf([path, bytes]: readonly [string, Uint8Array]): object {
  const hash = (name: string, ...parts: readonly (string | Uint8Array)[]): string => {
    const one = createHash(name);
    for (const part of parts) one.update(part);
    return one.digest('hex');
  };
  const size = bytes.length;
  if (size < large) return { type: 'file', path, size, oid: hash('sha1', `blob ${size}\0`, bytes) };
  const lfs = { oid: hash('sha256', bytes), size, pointerSize: 130 };
  return { type: 'file', path, size, oid: hash('sha1', 'pointer'), lfs };
}

// The server: connections in, JSON out. What is answered is the business of `answerRequest`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest, knownPath, type Reply, type Service } from './answer-request.ts';
import { Refusal, statusOf, type HttpProblem } from './http-problem.ts';
import { isTooLarge } from './request-body.ts';

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections; resolves when those that are open have their answers. */
  close(): Promise<void>;
}

/** One request, for the log: nothing of what it asked. */
export interface ServedRequest {
  readonly method: string;
  /** Where it is one of the server's. */
  readonly path?: string | undefined;
  /** Nothing where the client went away before it had an answer. */
  readonly status?: number | undefined;
  /** Of a problem. */
  readonly code?: string | undefined;
  readonly texts?: number | undefined;
  readonly ms: number;
}

export interface HttpSettings {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly service: Service;
  readonly log: (request: ServedRequest) => void;
}

/** How long a client may take to send a request, and to read its answer once the server is to stop. */
const requestMs = 30_000;
const readingMs = 2_000;
/** How long what is left of a refused body is read and thrown away, so that its sender gets to see the answer. */
const lingerMs = 2_000;

/** Rejects with the error of the system where it cannot listen. */
export async function openServer({ host, port, service, log }: HttpSettings): Promise<HttpServer> {
  const underWay = new Set<Promise<void>>();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const work = respond(request, response).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const server = createServer({ requestTimeout: requestMs, headersTimeout: requestMs }, take);
  server.on('checkContinue', (request, response) => {
    if (!isTooLarge(request)) response.writeContinue();
    take(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await Promise.all(underWay);
      const timer = setTimeout(() => server.closeAllConnections(), readingMs);
      await closed;
      clearTimeout(timer);
    },
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.on('error', () => gone.abort());
    const tell = (outcome: Omit<ServedRequest, 'method' | 'path' | 'ms'>): void =>
      log({
        method: request.method ?? '',
        path: knownPath(request),
        ms: performance.now() - start,
        ...outcome,
      });
    try {
      const reply = await answerRequest(service, request, gone.signal);
      if (reply === undefined) return tell({});
      await write(request, response, reply);
      tell({ status: reply.status, texts: reply.texts });
    } catch (error) {
      const problem = problemOf(error);
      const { code, message, hint, headers = {} } = problem;
      const status = statusOf[code];
      await write(request, response, { status, body: { error: { code, message, hint } }, headers });
      tell({ status, code });
    }
  }

  async function write(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
    if (response.destroyed) return;
    if (response.headersSent) return void response.destroy(); // a part of another answer is on its way
    const text = reply.body === undefined ? '' : `${JSON.stringify(reply.body)}\n`;
    const unread = hasBody(request) && !request.complete;
    if (unread || service.stopping.aborted) response.shouldKeepAlive = false;
    response.writeHead(reply.status, {
      ...(reply.body !== undefined && {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
      }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(service.cors !== undefined && { 'access-control-allow-origin': service.cors, vary: 'origin' }),
      ...reply.headers,
    });
    if (request.method !== 'HEAD') response.write(text);
    if (unread) await restOf(request);
    response.end();
  }
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof Refusal) return error.problem;
  return {
    code: 'failed',
    message: `a mistake in FSL: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'please report it',
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Reads on for a while, for nothing. */
function restOf(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, lingerMs);
    request.once('end', done).once('close', done).resume();
  });
}

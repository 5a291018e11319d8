// What a request is answered: which path, which method, what the model says. Knows nothing of sockets.
import type { IncomingMessage } from 'node:http';
import type { TextPair } from '../../stages/asked-texts.ts';
import { askedIn } from './asked-json.ts';
import type { Asking } from './asking.ts';
import { hostnameOf, isLoopback } from './http-address.ts';
import { busyProblem, loadingProblem, Refusal, stoppingProblem, type HttpProblem } from './http-problem.ts';
import { bodyOf } from './request-body.ts';
import type { Answer, ServedModel } from './served-model.ts';

export interface Service {
  readonly model: ServedModel;
  readonly asking: Asking;
  /** What `GET /` says. */
  describe(): object;
  /** What a model of pairs calls the two texts. */
  readonly pair: TextPair | undefined;
  /** Whether only programs of this machine can ask. */
  readonly local: boolean;
  /** The origin whose pages may ask. */
  readonly cors: string | undefined;
  readonly stopping: AbortSignal;
}

export interface Reply {
  readonly status: number;
  /** Nothing where there is no body. */
  readonly body: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many texts were asked about. */
  readonly texts?: number;
}

/** Requests that may wait, besides those that are computed. */
export const mostWaiting = 100;

const methods: Readonly<Record<string, readonly string[]>> = {
  '/': ['GET', 'HEAD'],
  '/health': ['GET', 'HEAD'],
  '/predict': ['POST'],
};

/** The path where it is one of ours: others may hold anything. */
export function knownPath({ url = '/' }: Pick<IncomingMessage, 'url'>): string | undefined {
  const path = url.split('?')[0] ?? '';
  return Object.hasOwn(methods, path) ? path : undefined;
}

/** `gone` aborts when nobody waits for the answer any more; then nothing is the reply. Throws `Refusal`. */
export async function answerRequest(
  service: Service,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Reply | undefined> {
  const { method = 'GET' } = request;
  const { host } = request.headers;
  if (service.local && host !== undefined && !isLoopback(hostnameOf(host))) throw new Refusal(wrongHost);
  const path = knownPath(request);
  if (path === undefined)
    throw new Refusal({
      code: 'unknown-path',
      message: 'there is nothing at this path',
      hint: `the paths are ${Object.keys(methods).join(', ')}`,
    });
  const allowed = [...(methods[path] ?? []), ...(service.cors === undefined ? [] : ['OPTIONS'])];
  if (!allowed.includes(method))
    throw new Refusal({
      code: 'wrong-method',
      message: `${path} is not asked with this method`,
      hint: `use ${methods[path]?.[0]}`,
      headers: { allow: allowed.join(', ') },
    });
  if (method === 'OPTIONS') return { status: 204, body: undefined, headers: preflight(allowed) };
  switch (path) {
    case '/':
      return { status: 200, body: service.describe() };
    case '/health':
      return health(service);
    default:
      return predict(service, request, gone);
  }
}

function health({ model, stopping }: Service): Reply {
  if (stopping.aborted) return { status: 503, body: { status: 'stopping' } };
  if (model.isReady) return { status: 200, body: { status: 'ready' } };
  return { status: 503, body: { status: 'loading' }, headers: loadingProblem.headers ?? {} };
}

async function predict(
  service: Service,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Reply | undefined> {
  const { model, asking, pair, stopping } = service;
  const open = (): void => {
    if (stopping.aborted) throw new Refusal(stoppingProblem);
    if (!model.isReady) throw new Refusal(loadingProblem);
    if (asking.isFull) throw new Refusal(busyProblem(mostWaiting));
  };
  open();
  const body = await bodyOf(request, stopping);
  if (gone.aborted) return undefined;
  open(); // what was so before the body came may have changed
  if (body === undefined) return undefined;
  const texts = askedIn(body, pair);
  const outcome = await asking.ask(texts, gone);
  switch (outcome.state) {
    case 'answered':
      return { status: 200, body: { predictions: outcome.predictions }, texts: texts.length };
    case 'cancelled':
      if (stopping.aborted) throw new Refusal(stoppingProblem);
      return undefined;
    case 'loading': // it has gone while the request waited
      throw new Refusal(loadingProblem);
    default:
      throw new Refusal(problemOf(outcome));
  }
}

function problemOf(answer: Exclude<Answer, { readonly state: 'answered' }>): HttpProblem {
  if (answer.state === 'died')
    return {
      code: 'worker-died',
      message: `the process of the model ${answer.how}; it is being loaded again`,
      hint: 'often the machine ran out of memory; send fewer texts at once',
      headers: { 'retry-after': '5' },
    };
  const [first] = answer.diagnostics;
  const hint = first?.code === 'internal' ? undefined : first?.hint; // else it is a trace of ours
  return {
    code: 'failed',
    message: first?.message ?? 'the model gave no answer',
    hint: hint ?? 'please report it with the program',
  };
}

const wrongHost: HttpProblem = {
  code: 'wrong-host',
  message: 'this server is for programs of this machine, and the request names another host',
  hint: 'ask 127.0.0.1; where a proxy stands before it, let that send `Host: 127.0.0.1`; `--host` lets others ask',
};

function preflight(allowed: readonly string[]): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': allowed.join(', '),
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '600',
  };
}

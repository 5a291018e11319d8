// The model of a server, in a worker of its own: loaded once, asked one question at a time, loaded again where its process dies.
import type { Diagnostic } from '../../parser/diagnostic.ts';
import { startWorker, type WorkerProcess } from '../executors/worker-process.ts';
import {
  keepModelFlag,
  type AskedText,
  type KeeperMessage,
  type OpenModel,
  type ServedMessage,
  type ServedPrediction,
} from './model-message.ts';

export interface ServedModel {
  readonly isReady: boolean;
  /** Loads it. Once. */
  start(): void;
  /** One at a time. */
  ask(texts: readonly AskedText[]): Promise<Answer>;
  close(): Promise<void>;
}

export type Answer =
  | { readonly state: 'answered'; readonly predictions: readonly ServedPrediction[] }
  | { readonly state: 'failed'; readonly diagnostics: readonly Diagnostic[] }
  | Death;

/** The process ended by itself. `how`: `was killed by SIGKILL`; `last`: what it printed at the end. */
export interface Death {
  readonly state: 'died';
  readonly how: string;
  readonly last: string;
}

/** What becomes of the model, as it happens. */
export interface ModelListener {
  readonly note: (message: string) => void;
  ready(): void;
  /** It is being loaded again. */
  died(death: Death): void;
  /** It cannot be loaded, and nothing more happens. */
  failed(why: Exclude<Answer, { readonly state: 'answered' }>): void;
}

export interface ServedModelSettings {
  readonly open: OpenModel;
  /** The program of a worker. */
  readonly workerPath: string;
}

type Keeper = WorkerProcess<ServedMessage, KeeperMessage>;

const killAfterMs = 1_500;

export function serveModel({ open, workerPath }: ServedModelSettings, listener: ModelListener): ServedModel {
  let keeper: Keeper | undefined;
  let ready: Keeper | undefined;
  let closed = false;
  let living = Promise.resolve();

  return {
    get isReady() {
      return ready !== undefined;
    },
    start: () => {
      living = live();
    },
    ask: async (texts) => {
      const asked = ready;
      if (asked === undefined) throw new Error('asked while the model was loading');
      return answerOf(asked, await exchange(asked, { type: 'ask', texts }, () => undefined));
    },
    close: async () => {
      closed = true;
      const last = keeper;
      last?.send({ type: 'stop' });
      const timer = setTimeout(() => last?.kill('SIGKILL'), killAfterMs);
      await living;
      clearTimeout(timer);
    },
  };

  async function live(): Promise<void> {
    while (!closed) {
      const started: Keeper = await startWorker({ workerPath, args: [keepModelFlag] });
      keeper = started;
      if (closed) started.kill('SIGKILL');
      const reply = await exchange(started, open, listener.note);
      if (reply?.type === 'opened') {
        ready = started;
        if (!closed) listener.ready();
        await started.ended;
        ready = undefined;
        if (!closed) listener.died(await deathOf(started));
        continue;
      }
      if (!closed) {
        const answer = await answerOf(started, reply);
        if (answer.state !== 'answered') listener.failed(answer);
      }
      started.kill('SIGKILL');
      await started.ended;
      return;
    }
  }
}

/** Nothing where the process ended before it answered. */
async function exchange(
  keeper: Keeper,
  message: ServedMessage,
  note: (message: string) => void,
): Promise<Exclude<KeeperMessage, { readonly type: 'note' }> | undefined> {
  const reply = new Promise<Exclude<KeeperMessage, { readonly type: 'note' }>>((resolve) => {
    keeper.listener = (heard) => {
      if (heard.type === 'note') note(heard.message);
      else resolve(heard);
    };
  });
  keeper.send(message);
  return Promise.race([reply, keeper.ended.then(() => undefined)]);
}

async function answerOf(keeper: Keeper, reply: Awaited<ReturnType<typeof exchange>>): Promise<Answer> {
  if (reply === undefined) return deathOf(keeper);
  if (reply.type === 'answered') return { state: 'answered', predictions: reply.predictions };
  if (reply.type === 'failed') return { state: 'failed', diagnostics: reply.diagnostics };
  throw new Error(`an answer of the kind ${reply.type}`);
}

async function deathOf(keeper: Keeper): Promise<Death> {
  return { state: 'died', how: (await keeper.ended).how, last: keeper.last() };
}

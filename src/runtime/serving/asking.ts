// Questions to a model from many at once. It answers one at a time; what comes meanwhile waits, in order and up to a limit, and is then asked together:
// an encoder takes about as long for one text as for fifty, and the answer about a text depends on that text alone. Knows nothing of HTTP.
import type { AskedText } from './model-message.ts';
import type { Answer, ServedModel } from './served-model.ts';

export interface Asking {
  readonly isFull: boolean;
  /** `cancelled` where the signal aborts before the turn has come; `loading` where the model is, when it has. */
  ask(texts: readonly AskedText[], signal: AbortSignal): Promise<Outcome>;
  /** Cancels all that wait, and all that would: what is under way goes on. */
  close(): void;
}

export type Outcome = Answer | { readonly state: 'cancelled' | 'loading' };

export interface AskingLimits {
  /** Questions that may wait, besides those that are being answered. */
  readonly waiting: number;
  /** Texts that are asked together; a question that has more goes alone. */
  readonly texts: number;
}

interface Question {
  readonly texts: readonly AskedText[];
  readonly settle: (outcome: Outcome | Promise<Outcome>) => void;
  readonly leave: () => void;
}

export function createAsking(model: Pick<ServedModel, 'isReady' | 'ask'>, limits: AskingLimits): Asking {
  const waiting: Question[] = [];
  let busy = false;
  let closed = false;

  return {
    get isFull() {
      return waiting.length >= limits.waiting;
    },
    ask: (texts, signal) =>
      new Promise((resolve) => {
        if (closed || signal.aborted) return resolve({ state: 'cancelled' });
        const question: Question = {
          texts,
          settle: (outcome) => {
            signal.removeEventListener('abort', question.leave);
            resolve(outcome);
          },
          leave: () => {
            const at = waiting.indexOf(question);
            if (at === -1) return; // it is being answered
            waiting.splice(at, 1);
            question.settle({ state: 'cancelled' });
          },
        };
        signal.addEventListener('abort', question.leave, { once: true });
        waiting.push(question);
        if (!busy) void answerAll();
      }),
    close: () => {
      closed = true;
      for (const { leave } of [...waiting]) leave();
    },
  };

  async function answerAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) await answer(nextTogether());
    busy = false;
  }

  /** From the front; at least one. */
  function nextTogether(): readonly Question[] {
    let texts = 0;
    const end = waiting.findIndex((question, i) => {
      texts += question.texts.length;
      return i > 0 && texts > limits.texts;
    });
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  /** Where the model has no answer to all of them it is asked one by one, as the cause may be in one alone. */
  async function answer(together: readonly Question[]): Promise<void> {
    const outcome = askNow(together.flatMap(({ texts }) => texts));
    const known = await outcome.catch(() => undefined);
    if (known?.state === 'failed' && together.length > 1) {
      for (const { texts, settle } of together) {
        const own = askNow(texts);
        settle(own);
        await own.catch(() => undefined); // whoever asked is told
      }
      return;
    }
    let start = 0;
    for (const { texts, settle } of together) {
      const end = start + texts.length;
      settle(
        known?.state === 'answered'
          ? { state: 'answered', predictions: known.predictions.slice(start, end) }
          : outcome,
      );
      start = end;
    }
  }

  async function askNow(texts: readonly AskedText[]): Promise<Outcome> {
    return model.isReady ? model.ask(texts) : { state: 'loading' };
  }
}

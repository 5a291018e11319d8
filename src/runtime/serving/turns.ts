// One after the other: who asks while something is under way waits, in order, up to a limit. Knows nothing of what is done.

export interface Turns {
  readonly isFull: boolean;
  /** `cancelled` where the signal aborts before the turn has come: then `work` is not called. */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | 'cancelled'>;
  /** Cancels all that wait, and all that would: what is under way goes on. */
  close(): void;
}

/** `limit`: how many may wait, besides the one whose turn it is. */
export function createTurns(limit: number): Turns {
  const waiting: { readonly come: () => void; readonly leave: () => void }[] = [];
  let busy = false;
  let closed = false;

  return {
    get isFull() {
      return busy && waiting.length >= limit;
    },
    take: async (work, signal) => {
      if (closed || signal.aborted) return 'cancelled';
      if (busy && !(await turn(signal))) return 'cancelled';
      busy = true;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) busy = false;
        else next.come();
      }
    },
    close: () => {
      closed = true;
      for (const { leave } of [...waiting]) leave();
    },
  };

  /** Whether it has come. */
  function turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (come: boolean): void => {
        signal.removeEventListener('abort', one.leave);
        resolve(come);
      };
      const one = {
        come: () => settle(true),
        leave: () => {
          waiting.splice(waiting.indexOf(one), 1);
          settle(false);
        },
      };
      waiting.push(one);
      signal.addEventListener('abort', one.leave, { once: true });
    });
  }
}

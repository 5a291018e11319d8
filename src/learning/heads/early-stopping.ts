// Early stopping: of the heads that a fit passes through, the one that does best on rows it is not fitted on. Knows nothing of
// how a head is fitted.
import type { Continue, Reached } from '../lbfgs.ts';
import type { Head } from './head.ts';

/** Ends the fit before it is done, where other rows say so. */
export interface EarlyStopping {
  /** Of the head after an iteration, on rows it is not fitted on. */
  readonly loss: (head: Head) => number;
  /** Iterations in which the loss may fail to fall below its lowest. */
  readonly patience: number;
}

/** Follows the loss on other rows: says when to stop, and has the best head. */
export function watchLoss(
  { loss, patience }: EarlyStopping,
  headAt: (reached: Reached) => Head,
): {
  readonly after: (reached: Reached) => Continue;
  /** Nothing where there was no iteration. */
  readonly best: (converged: boolean) => Head | undefined;
} {
  let lowest: { readonly head: Head; readonly loss: number } | undefined;
  let tried = 0;
  let stopped = false;
  return {
    after(reached) {
      tried = reached.iteration;
      const head = headAt(reached);
      const found = loss(head);
      if (lowest === undefined || found < lowest.loss) lowest = { head, loss: found };
      stopped = reached.iteration - Number(lowest.head.settings['iterations']) >= patience;
      return stopped ? 'stop' : undefined;
    },
    best(converged) {
      if (lowest === undefined) return undefined;
      const { head } = lowest;
      const settled = { converged: converged || stopped ? 1 : 0, tried };
      return { ...head, settings: { ...head.settings, ...settled } };
    },
  };
}

// Keeps a result from `fslrun gc` as long as a process other than a run needs it, and says that it was used.
import { Failure } from '../parser/diagnostic.ts';
import { ownIdentity } from '../stages/process-identity.ts';
import { namesOf, type Action } from './action.ts';
import { openAttempts, type Attempts } from './attempt.ts';
import type { Store } from './store.ts';

/** Gives how to let go of it. In a store that cannot be written nothing is held, and nothing can be removed. */
export function holdResult(store: Store, action: Action): () => Promise<void> {
  const attempts = holding(store, action);
  return async () => {
    store.touch(action.key);
    await attempts?.close();
  };
}

function holding(store: Store, action: Action): Attempts | undefined {
  try {
    const attempts = openAttempts(store, ownIdentity());
    attempts.use(namesOf(action));
    return attempts;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

// The losses of a training: what a record keeps of them, and the failure of the step where one is no number.
import { stepFailure } from './step-failure.ts';

/** Means over the first and the last tenth of the steps. */
export interface LossEnds {
  readonly first_loss: number;
  readonly last_loss: number;
}

export function lossEnds(losses: readonly number[]): LossEnds {
  const tenth = Math.max(1, Math.round(losses.length / 10));
  const mean = (of: readonly number[]): number => of.reduce((sum, loss) => sum + loss, 0) / of.length;
  return { first_loss: mean(losses.slice(0, tenth)), last_loss: mean(losses.slice(-tenth)) };
}

/** Training that diverges becomes a failure of the step. */
export async function diverging<T>(work: () => Promise<T>): Promise<T> {
  const { TrainingError } = await import('../learning/training/training-error.ts');
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    throw stepFailure({ code: 'training-diverged', message: error.message, hint: error.hint });
  }
}

// Early stopping of a training: the parameters are measured every few steps on something that is not learnt from, those that did best are
// kept, and training ends where none has done better for a while. Knows neither what is measured nor where checkpoints lie.
import type { HostTensors } from '../../engine/program.ts';

export interface Measured {
  readonly step: number;
  /** Lower is better. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface BestWeightsSettings {
  /** Steps between two measurements; the parameters before the first step and after the last are measured too. */
  readonly every: number;
  /** How many measurements in a row may fail to fall below the lowest loss. */
  readonly patience: number;
  /** All steps, where none is left out. */
  readonly steps: number;
  readonly measure: (parameters: HostTensors, step: number) => Promise<Omit<Measured, 'step'>>;
}

/** What a checkpoint must hold of it. */
export interface BestWeightsState {
  /** In the order of the steps. */
  readonly measured: readonly Measured[];
  /** The parameters of the lowest loss; of equal ones the first. Absent before the first measurement. */
  readonly best?: HostTensors;
}

export interface BestWeights {
  /** Goes on from what a checkpoint had. */
  readonly restore: (state: BestWeightsState) => void;
  /** As `Training.ends` is asked. A step that is measured already is not measured again. */
  readonly ends: (step: number, read: () => Promise<HostTensors>) => Promise<boolean>;
  readonly state: () => BestWeightsState;
}

export function bestWeights({ every, patience, steps, measure }: BestWeightsSettings): BestWeights {
  let measured: readonly Measured[] = [];
  let best: HostTensors | undefined;
  const since = (): number => measured.length - 1 - measured.indexOf(lowest(measured) as Measured);
  return {
    restore: (state) => {
      measured = state.measured;
      best = state.best;
    },
    ends: async (step, read) => {
      const due = step % every === 0 || step === steps;
      if (due && measured.at(-1)?.step !== step) {
        const parameters = await read();
        const found = { step, ...(await measure(parameters, step)) };
        if (found.loss < (lowest(measured)?.loss ?? Infinity) || best === undefined) best = parameters;
        measured = [...measured, found];
      }
      return measured.length > 0 && since() >= patience;
    },
    state: () => ({ measured, ...(best !== undefined && { best }) }),
  };
}

/** The first of the lowest losses. */
export function lowest(measured: readonly Measured[]): Measured | undefined {
  const [first, ...others] = measured;
  return others.reduce<Measured | undefined>(
    (best, one) => (best === undefined || one.loss < best.loss ? one : best),
    first,
  );
}

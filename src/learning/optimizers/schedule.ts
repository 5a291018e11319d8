// How the learning rate goes over a run: up from 0 over the warm-up, then along a curve. Numbers as in transformers'
// `get_constant_schedule_with_warmup`, `get_linear_schedule_with_warmup` and `get_cosine_schedule_with_warmup`.

export type Curve = 'constant' | 'linear' | 'cosine';

export interface Schedule {
  readonly curve: Curve;
  readonly warmupSteps: number;
  readonly steps: number;
}

/** The factor of the rate at `step`; the first is 1. */
export function scheduleFactor({ curve, warmupSteps, steps }: Schedule, step: number): number {
  const done = step - 1;
  if (done < warmupSteps) return done / warmupSteps;
  const progress = (done - warmupSteps) / Math.max(1, steps - warmupSteps);
  switch (curve) {
    case 'constant':
      return 1;
    case 'linear':
      return Math.max(0, 1 - progress);
    case 'cosine':
      return Math.max(0, (1 + Math.cos(Math.PI * progress)) / 2);
    default:
      return curve satisfies never;
  }
}

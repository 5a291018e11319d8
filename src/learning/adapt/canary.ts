// Whether an update may stay: by the accuracy on canary rows, which nothing is learnt from. Pure.

export interface Canary {
  readonly rows: number;
  /** Standard deviations that the accuracy may lie below the best so far; nothing where updates are never undone. */
  readonly deviations: number | undefined;
}

export interface Verdict {
  readonly kept: boolean;
  /** The least accuracy that may stay. */
  readonly least: number;
}

/**
 * `best`: the most canary rows that the model got right at any state that was kept. The deviation is that of a share of so many rows;
 * one right and one wrong row are added, as the deviation of a share of 1 would be 0 (Agresti and Coull).
 */
export function judge({ rows, deviations }: Canary, best: number, right: number): Verdict {
  if (deviations === undefined) return { kept: true, least: 0 };
  const share = (best + 1) / (rows + 2);
  const least = Math.max(0, best / rows - deviations * Math.sqrt((share * (1 - share)) / rows));
  return { kept: right / rows >= least, least };
}

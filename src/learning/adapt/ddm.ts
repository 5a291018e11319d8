// DDM (Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", 2004): an error rate that should only fall has risen by more
// than chance. Starts anew after each alarm.

export interface DdmSettings {
  /** Alarm where rate and deviation exceed the least ones by so many deviations: 3 in the paper. */
  readonly deviations: number;
  /** No alarm before so many values have come: 30 in the paper. */
  readonly warmUp: number;
}

/** Plain data: what is needed to go on. Rate and deviation are the least that were seen, null before there are any. */
export interface DdmState {
  readonly seen: number;
  readonly errors: number;
  readonly least: { readonly rate: number; readonly deviation: number } | null;
}

export interface Ddm {
  /** Takes the next error, 1, or right answer, 0: whether the rate has risen. */
  add(error: 0 | 1): boolean;
  state(): DdmState;
}

const fresh: DdmState = { seen: 0, errors: 0, least: null };

export function createDdm({ deviations, warmUp }: DdmSettings, start: DdmState = fresh): Ddm {
  let { seen, errors, least } = start;
  return {
    add: (error) => {
      seen += 1;
      errors += error;
      if (seen < warmUp) return false;
      const rate = errors / seen;
      const deviation = Math.sqrt((rate * (1 - rate)) / seen);
      if (least === null || rate + deviation < least.rate + least.deviation) least = { rate, deviation };
      if (!(rate + deviation > least.rate + deviations * least.deviation)) return false;
      ({ seen, errors, least } = fresh);
      return true;
    },
    state: () => ({ seen, errors, least }),
  };
}

// What watches the vectors of a stream: it starts anew after each alarm, and follows from the rows since the last one.

/** Plain data: so many rows have come since the beginning, or since the last alarm. */
export interface VectorState {
  readonly since: number;
}

export interface VectorWatch {
  /** Takes the vector of the next row: whether it raises the alarm. */
  row(vector: Float32Array): boolean;
  state(): VectorState;
}

/** `look`: told the next row, and how many have come since the last alarm, this one included. `earlier`: the rows since then. */
export function watchVectors(
  look: (vector: Float32Array, since: number) => boolean,
  earlier: readonly Float32Array[],
): VectorWatch {
  let since = 0;
  const row = (vector: Float32Array): boolean => {
    since += 1;
    const alarm = look(vector, since);
    if (alarm) since = 0;
    return alarm;
  };
  for (const vector of earlier) row(vector);
  return { row, state: () => ({ since }) };
}

// "Did you mean …?": the candidate nearest to a misspelt name. Knows nothing of what the names mean.

export type Suggest = (name: string, candidates: Iterable<string>) => string | undefined;

/** The nearest candidate within a third of the name's length (at least one edit); the first of equally near ones. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const folded = fold(candidate);
    if (Math.abs(folded.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, folded);
    const wholeWord = distance >= Math.max(wanted.length, folded.length);
    if (distance < bestDistance && !wholeWord) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Case and the choice between `-` and `_` are not counted as mistakes. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours, no part edited twice
 * (optimal string alignment; Damerau 1964).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

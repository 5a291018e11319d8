// "Did you mean …?": the candidate nearest to a misspelt name. Knows nothing of what the names mean.

export type Suggest = (name: string, candidates: Iterable<string>) => string | undefined;

/** Candidates of a fitting length that are looked at: a program may have any number of names and of mistakes. */
const most = 500;

/** The nearest candidate within a third of the name's length (at least one edit); the first of equally near ones. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  let looked = 0;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    looked += 1;
    if (looked > most) break;
    const folded = fold(candidate);
    const distance = editDistance(wanted, folded, bestDistance);
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
 * (optimal string alignment; Damerau 1964). Where they are `limit` or more, any number from there on.
 */
export function editDistance(left: string, right: string, limit = Number.POSITIVE_INFINITY): number {
  const [a, b] = withoutCommonEnds(left, right);
  let beforeLast: number[] = [];
  let leastBefore = 0;
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least >= limit && leastBefore >= limit) return least;
    leastBefore = least;
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

/** What they start and end with alike costs nothing, and comparing it would take most of the time. */
function withoutCommonEnds(a: string, b: string): readonly [string, string] {
  const least = Math.min(a.length, b.length);
  let start = 0;
  while (start < least && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < least - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

// Drawing rows that carry several labels or none. As with one label a row, what is drawn are the first rows of one order, so that
// a smaller draw is contained in a larger one. Knows nothing of parts.

/** The numbers of the labels that each row carries, each once. */
export type LabelSets = readonly (readonly number[])[];

/** How many rows of each label there are among the given ones. */
export function countSets(sets: LabelSets, labels: number, rows: readonly number[]): Int32Array {
  const counts = new Int32Array(labels);
  for (const row of rows) for (const label of sets[row] ?? []) counts[label] += 1;
  return counts;
}

/**
 * At least so many rows of each label, or all there are. In each round every label, the rarest first, gets one more row
 * unless rows drawn for other labels have brought it already: the rounds of a smaller number are the first ones of a larger.
 */
export function drawPerLabel(
  sets: LabelSets,
  labels: number,
  ordered: readonly number[],
  wanted: number,
): readonly number[] {
  const queues = queuesOf(sets, labels, ordered);
  const turn = [...queues.keys()].sort((a, b) => queues[a].rows.length - queues[b].rows.length || a - b);
  const drawn = new Set<number>();
  const counts = new Int32Array(labels);
  for (let round = 1; round <= wanted; round += 1)
    for (const label of turn) {
      if (counts[label] >= round) continue;
      const [row] = upcoming(queues[label], drawn, 1);
      if (row === undefined) continue;
      drawn.add(row);
      for (const own of sets[row]) counts[own] += 1;
    }
  return [...drawn];
}

/** Candidates that are looked at for each row: more of them keep the proportions hardly better. */
const candidates = 16;

/**
 * The first rows of an order whose every beginning has the labels in proportion, rows without a label included: iterative
 * stratification (Sechidis et al. 2011), made to nest. The next row is one of the label that is furthest behind its share,
 * and of the next of those the one whose labels together are.
 */
export function drawInProportion(
  sets: LabelSets,
  labels: number,
  ordered: readonly number[],
  wanted: number,
): readonly number[] {
  const bare = labels; // rows without a label count as rows of one more
  const all = sets.map((set) => (set.length === 0 ? [bare] : set));
  const queues = queuesOf(all, labels + 1, ordered);
  const shares = queues.map(({ rows }) => rows.length / ordered.length);
  const counts = new Int32Array(labels + 1);
  const drawn = new Set<number>();
  while (drawn.size < wanted) {
    const behind = shares.map((share, label) => share * (drawn.size + 1) - counts[label]);
    const next = furthest(behind, (label) => upcoming(queues[label], drawn, candidates));
    if (next === undefined) break;
    const sum = (row: number): number => all[row].reduce((total, label) => total + behind[label], 0);
    const row = next.reduce((best, one) => (sum(one) > sum(best) ? one : best));
    drawn.add(row);
    for (const label of all[row]) counts[label] += 1;
  }
  return [...drawn];
}

/** The candidates of the label with the highest value that has some; of equal labels the first. */
function furthest(
  values: readonly number[],
  candidatesOf: (label: number) => readonly number[],
): readonly number[] | undefined {
  const order = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
  for (const label of order) {
    const found = candidatesOf(label);
    if (found.length > 0) return found;
  }
  return undefined;
}

/** The rows of one label in order; those before `from` are drawn. */
interface Queue {
  readonly rows: readonly number[];
  from: number;
}

function queuesOf(sets: LabelSets, labels: number, ordered: readonly number[]): readonly Queue[] {
  const rows = Array.from({ length: labels }, (): number[] => []);
  for (const row of ordered) for (const label of sets[row]) rows[label].push(row);
  return rows.map((own) => ({ rows: own, from: 0 }));
}

/** The next rows that are not drawn yet. */
function upcoming(queue: Queue, drawn: ReadonlySet<number>, most: number): readonly number[] {
  while (queue.from < queue.rows.length && drawn.has(queue.rows[queue.from])) queue.from += 1;
  const found: number[] = [];
  for (let at = queue.from; at < queue.rows.length && found.length < most; at += 1)
    if (!drawn.has(queue.rows[at])) found.push(queue.rows[at]);
  return found;
}

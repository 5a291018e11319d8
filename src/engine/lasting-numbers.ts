// Which numbers become part of a graph, where inputs cross to a device in every run: another graph has to be compiled for it, which pays only for numbers that
// last. As nobody knows how long they will, they are fed until that has cost about as much.
import { withFixed } from './compile.ts';
import type { Recording } from './compile.ts';
import type { Host, HostData } from './value.ts';

interface Seen {
  /** In the order of their first runs. */
  readonly number: number;
  runs: number;
  /** Whether they are part of every graph that reads them. */
  lasting: boolean;
}

/** Results that are read again once or twice do not last. */
const fewestRuns = 3;
/** Fewer cross to the device as fast as one does. */
const fewestNumbers = 4096;
/** A graph is at most 2 GB when it is handed over. */
const mostBytes = 2 ** 30;
/** So many cross to a device while one node is compiled: 0.1 ms. */
const bytesPerNode = 2 ** 20;

export class LastingNumbers {
  readonly #seen = new WeakMap<HostData, Seen>();
  #count = 0;

  /** The recording with numbers that last, up to a size. In one that is run again and again all do. */
  withFixed(recording: Recording): Recording {
    const large = recording.fed.flatMap((value, i) =>
      value.kind === 'host' && value.data.length >= fewestNumbers
        ? [{ value, place: `i${i}`, seen: this.#seenOf(value.data) }]
        : [],
    );
    if (recording.repeated !== true) settle(large, recording.nodes.length);
    const fixed = new Set<Host>();
    const keys: string[] = [];
    let bytes = 0;
    for (const { value, place, seen } of large) {
      const { byteLength } = value.data;
      if ((recording.repeated !== true && !seen.lasting) || bytes + byteLength > mostBytes) continue;
      bytes += byteLength;
      keys.push(`${place}=${seen.number}`);
      fixed.add(value);
    }
    return fixed.size === 0 ? recording : withFixed(recording, fixed, keys.join());
  }

  #seenOf(data: HostData): Seen {
    const seen = this.#seen.get(data) ?? { number: this.#count++, runs: 0, lasting: false };
    this.#seen.set(data, seen);
    return seen;
  }
}

/** Counts a run, and says of those that have been fed for long enough that they last. */
function settle(large: readonly { readonly value: Host; readonly seen: Seen }[], nodes: number): void {
  for (const { seen } of large) seen.runs += 1;
  const known = large.filter(({ seen }) => !seen.lasting && seen.runs >= fewestRuns);
  const crossed = known.reduce((sum, { value, seen }) => sum + seen.runs * value.data.byteLength, 0);
  if (crossed >= nodes * bytesPerNode) for (const { seen } of known) seen.lasting = true;
}

// The choices behind a generated program, each under a path of its own. Equal seed and overrides, equal program; changing the
// choice at one path leaves the others alone, which is what shrinking and mutating a program need. Knows nothing of programs.
import { createRandom } from '../../src/learning/random.ts';

export interface Decision {
  readonly value: number;
  /** How many values there were to choose from. */
  readonly of: number;
}

export interface Decisions {
  /** 0 to n - 1, where 0 is the plainest. */
  below(name: string, n: number): number;
  /** `false` is the plainer. */
  chance(name: string, probability: number): boolean;
  /** The first is the plainest. */
  pick<T>(name: string, items: readonly T[]): T;
  /** Choices whose paths start here. */
  at(name: string): Decisions;
}

export interface Recorded {
  readonly decisions: Decisions;
  /** What was asked so far, by path. */
  readonly asked: ReadonlyMap<string, Decision>;
}

export type Overrides = ReadonlyMap<string, number>;

const fine = 1000;

export function decisionsOf(seed: number, overrides: Overrides = new Map()): Recorded {
  const asked = new Map<string, Decision>();
  const at = (prefix: string): Decisions => {
    const decide = (name: string, n: number): number => {
      const path = `${prefix}${name}`;
      const given = overrides.get(path);
      const value = given === undefined ? createRandom(seed, path).below(n) : Math.min(given, n - 1);
      if (n > 1) asked.set(path, { value, of: n });
      return value;
    };
    return {
      below: decide,
      chance: (name, probability) => decide(name, fine) >= fine * (1 - probability),
      pick: (name, items) => {
        const item = items[decide(name, items.length)];
        if (item === undefined) throw new Error(`nothing to choose from at ${prefix}${name}`);
        return item;
      },
      at: (name) => at(`${prefix}${name}/`),
    };
  };
  return { decisions: at(''), asked };
}

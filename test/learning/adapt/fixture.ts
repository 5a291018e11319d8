// What river, scikit-learn and scipy say of small streams: `test/fixtures/adapt/make.py`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Matrix } from '../../../src/learning/matrix.ts';

type Rows = readonly (readonly number[])[];

export interface Fixture {
  /** Zeros and ones. */
  readonly streams: Readonly<Record<string, string>>;
  readonly adwin: Readonly<
    Record<
      string,
      readonly {
        readonly delta: number;
        readonly clock: number;
        readonly alarms: readonly number[];
        readonly width: number;
      }[]
    >
  >;
  readonly ddm: Readonly<Record<string, readonly number[]>>;
  readonly ridge: {
    readonly x: Rows;
    readonly y: readonly number[];
    readonly alpha: number;
    readonly weight: Rows;
    readonly bias: readonly number[];
  };
  readonly psi: {
    readonly before: readonly number[];
    readonly now: readonly number[];
    readonly bins: number;
    readonly psi: number;
  };
  readonly chances: readonly { readonly chances: readonly number[]; readonly joint: number }[];
  readonly mmd: {
    readonly reference: Rows;
    readonly rows: Rows;
    readonly scale: number;
    readonly within: number;
    readonly between: number;
    readonly chance: number;
  };
}

export const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/adapt/adapt.json'), 'utf8'),
) as Fixture;

export function matrixOf(rows: Rows): Matrix {
  return {
    rows: rows.length,
    columns: rows[0]?.length ?? 0,
    data: Float32Array.from(rows.flat()),
  };
}

import { expect, it } from 'vitest';
import { isMixed } from '../../src/stages/precision.ts';

it.each([
  [{}, undefined, false],
  [{ precision: 'fp32' }, undefined, false],
  [{ precision: 'mixed' }, undefined, true],
  [{ precision: 'int8' }, undefined, false], // of `export`, where it is another option
  [{ trials: 3 }, [{ precision: 'mixed' }, {}, { precision: 'mixed' }], true],
  [{ trials: 3 }, [{ precision: 'mixed' }, { precision: 'fp32' }], false],
  [{ trials: 3 }, [{}, {}], false],
] as const)('a step with %j and %j inside', (options, inside, expected) => {
  expect(
    isMixed(
      options,
      inside?.map((one) => ({ options: one })),
    ),
  ).toBe(expected);
});

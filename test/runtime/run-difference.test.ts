// What is told of two results that are made from something else, in the words that a plan has for it.
import { expect, test } from 'vitest';
import { registry } from '../compiler/rig.ts';
import type { BlockStageParts, KeyParts } from '../../src/runtime/key.ts';
import { paint } from '../../src/runtime/report/paint.ts';
import { runDifferenceText } from '../../src/runtime/report/run-difference-text.ts';
import { runDifference } from '../../src/runtime/run-difference.ts';
import type { RunRecord } from '../../src/runtime/run-record.ts';

const parts: KeyParts = {
  format: 1,
  numerics: 1,
  kind: 'learn',
  version: 1,
  options: { epochs: 1 },
  inputs: { from: { artifact: 'a' } },
};

/** Of one step whose result is made from `before` in a run, and from `after` in the next. */
function told(before: Partial<KeyParts>, after: Partial<KeyParts>): string {
  const runOf = (id: string): RunRecord =>
    ({ id, params: {}, steps: [{ id: 'model', key: id }], result: { reports: [] } }) as unknown as RunRecord;
  const made = new Map([before, after].map((own, i) => [`run ${i}`, { ...parts, ...own }]));
  const difference = runDifference(runOf('run 0'), runOf('run 1'), {
    partsOf: (key) => made.get(key),
    removed: () => [],
    optionKind: (stage, option) => registry.kind(stage)?.options[option]?.kind,
  });
  const line = runDifferenceText(difference, paint(false)).split('\n');
  return line.find((text) => text.startsWith('model'))?.replace(/^model +/, '') ?? '';
}

const member = (name: string): object => ({ name, keys: {}, contents: { artifact: name } });
const many = (...names: string[]): KeyParts['inputs'] => ({ of: { many: names.map(member) } }) as never;
const block = (options: BlockStageParts['options']): readonly BlockStageParts[] => [
  { kind: 'learn', version: 1, options, inputs: {}, chosen: {}, handed: {} },
];
/** Calls that name models by their places among those that the stage reads. */
const asking = (...models: number[]): KeyParts['options'] => ({
  with: models.map((model) => ({ name: 'ask', arguments: { model } })),
});

test.each<[Partial<KeyParts>, Partial<KeyParts>, string]>([
  [{}, { options: { epochs: 2 } }, '`epochs` 1 -> 2'],
  [{ seed: 1 }, { seed: 2 }, '`seed` 1 -> 2'],
  [{ kind: 'tune' }, { options: { folds: 4 } }, 'is `learn`, and was `tune`'],
  // Options that come with a version are nobody's change.
  [
    {},
    { version: 2, options: { epochs: 2, decay: 0 } },
    'the stage `learn` has another version (1 -> 2); `epochs` 1 -> 2',
  ],
  [{}, { numerics: 2 }, 'the numbers of the engine have another version (1 -> 2)'],
  [{ block: block({ rate: 1 }) }, { block: block({ rate: 2 }) }, '`learn.rate` 1 -> 2'],
  [
    { block: block({ rate: 1 }) },
    { block: [...block({ rate: 1 }), ...block({ rate: 1 })] },
    '`block` changed',
  ],
  [{ options: asking(0) }, { options: asking(0, 1) }, '`with` [ask] -> [ask, ask]'],
  [{ options: asking(0, 1) }, { options: asking(0, 0) }, '`with` changed'],
  [{}, { inputs: { from: { artifact: 'b' } } }, 'the input `from` changed'],
  [{ inputs: many('a', 'b') }, { inputs: many('a', 'c') }, '`of` ["a", "b"] -> ["a", "c"]'],
])('%j beside %j', (before, after, expected) => {
  expect(told(before, after)).toBe(expected);
});

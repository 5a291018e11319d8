import { describe, expect, test } from 'vitest';
import { codes } from '../../src/parser/codes.ts';
import { explainCode, explainKind, explainLists } from '../../src/runtime/report/explain.ts';
import { explainOption } from '../../src/runtime/report/explain-option.ts';
import { kindText, valueText } from '../../src/runtime/report/option-text.ts';
import { call, count, either, float, int, list, map, share, string, word } from '../../src/stages/option.ts';
import { commonOptions } from '../../src/stages/common-options.ts';
import { createRegistry } from '../../src/stages/registry.ts';
import { defineStage, input } from '../../src/stages/stage.ts';

const method = call(
  {
    linear: { doc: 'One layer.', arguments: { c: float({ above: 0, default: 1, doc: 'Strength.' }) } },
    nearest: { doc: 'No training.', arguments: {} },
  },
  { default: { name: 'nearest', arguments: {} }, doc: 'How it learns.' },
);
const stage = defineStage({
  name: 'teach',
  version: 1,
  doc: 'Teaches a thing. And more about it.',
  example: 'teach t { from: d, method: linear(c: 2) }',
  options: { method, rounds: int({ min: 1, max: 9, default: 3, doc: 'How often.', keyed: false }) },
  inputs: { from: input.required('dataset', { use: 'fit', doc: 'What it learns from.' }) },
  outputs: { '': { type: 'model', doc: 'The thing.' } },
  randomness: () => false,
  check: () => ({ '': { type: 'model', capability: 'classifier', labels: undefined } }),
  run: async () => undefined,
});

describe('options in words', () => {
  test.each([
    [int({ min: 1, max: 9, doc: '' }), 'a whole number from 1 to 9'],
    [float({ above: 0, doc: '' }), 'a number above 0'],
    [share({ min: 0, max: 0.5, doc: '' }), 'a share such as `10%` from 0% to 50%'],
    [list(string({ doc: '' }), { min: 2, doc: '' }), 'a list of at least 2, each a text'],
    [
      map(int({ min: 0, doc: '' }), { doc: '' }),
      'a map `{ name: … }`, each value a whole number, at least 0',
    ],
    [
      either(word({ auto: '' }, { doc: '' }), int({ doc: '' }), { doc: '' }),
      'one of `auto`; or a whole number',
    ],
    [method, 'one of `linear(c: 1)`, `nearest`'],
  ])('%#', (option, text) => {
    expect(kindText(option.kind)).toBe(text);
  });

  test.each([
    [share({ doc: '' }), 0.07, '7%'],
    [count({ doc: '' }), { per_label: 8 }, '8 per label'],
    [count({ doc: '' }), { share: 0.2 }, '20%'],
    [method, { name: 'linear', arguments: { c: 1 } }, 'linear'],
    [method, { name: 'linear', arguments: { c: 2 } }, 'linear(c: 2)'],
    [string({ doc: '' }), 'a ${b}', '"a $${b}"'],
    [list(share({ doc: '' }), { doc: '' }), [0.1, 0.25], '[10%, 25%]'],
    [either(word({ auto: '' }, { doc: '' }), string({ doc: '' }), { doc: '' }), 'auto', 'auto'],
  ])('values: %#', (option, value, text) => {
    expect(valueText(option.kind, value)).toBe(text);
  });
});

describe('explain', () => {
  test('a kind: what it does, an example, inputs, results, options', () => {
    expect(explainKind(stage)).toBe(`# teach

Teaches a thing. And more about it.

\`\`\`fsl
teach t { from: d, method: linear(c: 2) }
\`\`\`

## Inputs

- \`from\` (required): dataset. What it learns from.

## Results

- the stage itself: model. The thing.

## Options

- \`method\`: How it learns. Takes one of \`linear(c: 1)\`, \`nearest\`, default: \`nearest\`.
- \`rounds\`: How often. Takes a whole number from 1 to 9, default: \`3\`.

Every stage also takes ${Object.keys(commonOptions)
      .map((name) => `\`${name}\``)
      .join(', ')}.
`);
  });

  test('an option: every call with its arguments', () => {
    const text = explainOption(stage, 'method', method);
    expect(text).toContain(
      '- `linear(c: 1)`: One layer.\n  - `c`: Strength. Takes a number above 0, default: `1`.',
    );
    expect(text).toContain('```fsl\nteach t');
    expect(explainOption(stage, 'rounds', stage.options['rounds'] ?? method)).toContain(
      'does not make the step run again',
    );
  });

  test('a code, and the lists', () => {
    const example = {
      program: 'a b {}',
      files: { 'c.csv': 'd' },
      commands: ['check main.fsl'],
      printed: 'error',
    };
    const text = explainCode('cycle', codes.cycle, example);
    for (const part of [
      'Stages that need each other.',
      '```fsl\na b {}\n',
      'With `c.csv`',
      '$ fslrun check main.fsl\nerror\n',
    ])
      expect(text).toContain(part);
    const lists = explainLists(createRegistry([stage], []), codes);
    expect(lists).toContain('- `teach`: Teaches a thing.\n');
    for (const code of Object.keys(codes)) expect(lists).toContain(`- \`${code}\``);
  });
});

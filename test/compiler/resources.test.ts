import { expect, test } from 'vitest';
import { base, compileText } from './rig.ts';

const withResources = (written: string): string =>
  base.replace('from: p.train }', `from: p.train resources: ${written} }`);

test('what a stage takes of the machine is known, and enters no option of the stage', () => {
  const { pipeline, problems } = compileText(withResources('{ cores: 2, memory: 8GB }'));
  expect(problems).toEqual([]);
  const step = pipeline?.steps.find(({ name }) => name === 'm');
  expect(step?.common.resources).toEqual({ cores: 2, memory: 8e9 });
  expect(step?.options).not.toHaveProperty('resources');
  expect(pipeline?.steps.find(({ name }) => name === 's')?.common.resources).toEqual({});
});

test.each([
  ['{ cores: 8 }', '3:68 too-few-resources: `cores: 8` is more than this machine has: 4'],
  ['{ memory: 64GB }', '3:69 too-few-resources: `memory: 64GB` is more than this machine has: 16GB'],
  ['{ cores: 1, gpu: 1 }', '3:76 too-few-resources: `gpu: 1` is more than this machine has: none'],
  ['{ gpus: 1 }', '3:61 unknown-option: there is no `gpus` here'],
  ['{ memory: 8 }', '3:69 wrong-type: expected a size such as `512MB`, found the whole number 8'],
  ['{ cores: 0 }', '3:68 out-of-range: 0 is out of range: it must be at least 1'],
])('%s is told at its place', (written, problem) => {
  expect(compileText(withResources(written)).problems).toEqual([problem]);
});

test('everything that is too much is told, once for all instances', () => {
  const { problems } = compileText(`load d { from: "d.csv" text: "text" label: "label" }
each seed in [1, 2, 3] {
  split p { from: d train: 8 per label test: 40 seed: seed resources: { cores: 5, memory: 20GB } }
}`);
  expect(problems.map((problem) => problem.split(' ')[1])).toEqual([
    'too-few-resources:',
    'too-few-resources:',
  ]);
});

test('defaults of a kind say it too', () => {
  const { problems } = compileText(`defaults learn { resources: { gpu: 2 } }\n${base}`);
  expect(problems).toEqual(['1:36 too-few-resources: `gpu: 2` is more than this machine has: none']);
});

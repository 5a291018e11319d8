// What must not change a plan or a key, on programs made up from the declarations: names, order, layout, another compilation.
import { afterAll, expect, test, vi } from 'vitest';
import { stepId } from '../../src/compiler/expand.ts';
import type { CheckedStep } from '../../src/compiler/pipeline.ts';
import { createRandom } from '../../src/learning/random.ts';
import { format } from '../../src/parser/format.ts';
import { temporaryFolder } from '../runtime/temporary-folder.ts';
import { countOf, large, patience, tryPrograms, type Program } from './campaign.ts';
import { blockWords, contestedWords, declaredNames, innerNames, rename, type Renaming } from './rename.ts';
import { reorder } from './reorder.ts';
import { compileIn, keysOf, programText, writeWorld, type KeyedStep } from './rig.ts';
import { meaningfulWords } from './words.ts';

vi.setConfig({ testTimeout: patience });
const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
writeWorld(folder);

const programs = countOf(10);
const campaign = { programs, size: large };

/** What is planned, without places. */
function planOf(text: string): {
  readonly steps: readonly CheckedStep[];
  readonly keys: readonly KeyedStep[];
  readonly rest: unknown;
} {
  const { pipeline } = compileIn(folder.path, text);
  const { steps, targets, defaultTargets, params } = pipeline;
  return {
    steps,
    keys: keysOf(pipeline),
    rest: {
      steps: steps.map(({ id, name, keys, options, common, inputs, after, outputs, marks }) => ({
        id,
        name,
        keys,
        options: withoutText(options),
        common,
        inputs,
        after,
        outputs,
        marks,
      })),
      targets: Object.fromEntries([...targets].sort(([a], [b]) => (a < b ? -1 : 1))),
      defaultTargets,
      params: params.map(({ name, value, from }) => `${name} ${JSON.stringify(value)} ${from}`).sort(),
    },
  };
}

/** Requirements keep how they are written, for messages. */
function withoutText(options: CheckedStep['options']): unknown {
  return JSON.parse(
    JSON.stringify(options, (key, value: unknown) =>
      key === 'text' && typeof value === 'string' ? '' : value,
    ),
  );
}

test('the same program compiles to the same plan', async () => {
  await tryPrograms(campaign, ({ text }) => expectSame(planOf(text), planOf(text)));
});

test('layout changes nothing', async () => {
  await tryPrograms(campaign, ({ text, seed }) => {
    const random = createRandom(seed, 'comments');
    const commented = text
      .split('\n')
      .map((line, i) =>
        random.below(4) === 0 ? `# note ${i}\n${line}` : random.below(6) === 0 ? `${line} # so` : line,
      )
      .join('\n');
    const formatted = format({ path: 'test.fsl', text: commented });
    if (formatted.state === 'broken') throw new Error(`cannot be formatted\n${commented}`);
    expect(format({ path: 'test.fsl', text: formatted.text })).toEqual(formatted);
    const { rest } = planOf(text);
    expectSame(planOf(formatted.text).rest, rest);
    expectSame(planOf(commented).rest, rest);
  });
});

test('the order of declarations and options changes neither plan nor keys', async () => {
  await tryPrograms(campaign, ({ text, declarations, seed }) => {
    const other = planOf(programText(reorder(declarations, createRandom(seed, 'order'))));
    const plan = planOf(text);
    expectSame(other.rest, plan.rest);
    expectSame(other.keys, plan.keys);
  });
});

test('names are in no key but where a comparison shows them', async () => {
  await tryPrograms(campaign, (program) => {
    const names = declaredNames(program.declarations);
    const order = createRandom(program.seed, 'names').shuffle([...names.keys()]);
    expectSameWork(program, new Map(names.map((name, i) => [name, `renamed_${order[i]}`])));
  });
});

test('identifiers may all be words that mean something', async () => {
  const words = meaningfulWords();
  await tryPrograms(campaign, (program) => {
    const names = declaredNames(program.declarations);
    const contested = contestedWords(program.declarations);
    const notInside = [...blockWords, 'trials', 'report']; // words of the block, and parts of the search itself
    const inner = new Set([...innerNames(program.declarations).values()].flatMap((names_) => [...names_]));
    const random = createRandom(program.seed, 'words');
    const left = new Set(random.shuffle(words));
    const renaming = new Map<string, string>();
    for (const [i, name] of names.entries()) {
      // The words of the very option that a name stands in are the hardest.
      const allowed = (word: string): boolean =>
        left.has(word) && !(inner.has(name) && notInside.includes(word));
      const own = random.shuffle(contested.get(name) ?? []).find(allowed);
      const any = [...left].find(allowed) ?? `word-${i}`;
      const word = own ?? any;
      left.delete(word);
      renaming.set(name, word);
    }
    expectSameWork(program, renaming);
  });
});

test('imports with equal arguments do the same work, and with others other work', async () => {
  await tryPrograms(campaign, ({ text }) => {
    const { pipeline } = compileIn(folder.path, text);
    const keys = new Map(keysOf(pipeline).map(({ id, key }) => [id, key]));
    const uses = [...pipeline.importedParams].map(([prefix, params]) => ({
      given: JSON.stringify(params.map(({ name, value }) => [name, value]).sort()),
      keys: ['rows', 'parts', 'model', 'score'].map((name) => keys.get(`${prefix}${name}`)),
    }));
    for (const one of uses)
      for (const other of uses) {
        expect(one.keys).not.toContain(undefined);
        if (one.given === other.given) expect(other.keys).toEqual(one.keys);
        else expect(other.keys.slice(2)).not.toEqual(one.keys.slice(2));
        expect(other.keys[0]).toBe(one.keys[0]);
      }
  });
});

/** Shows the first lines that differ: comparing whole plans in full would take longer than making them. */
function expectSame(found: unknown, expected: unknown): void {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value, undefined, 1).split('\n'));
  const at = (b ?? []).findIndex((line, i) => line !== a?.[i]);
  if (at !== -1 || a?.length !== b?.length)
    expect(a?.slice(Math.max(0, at - 3), at + 2)).toEqual(b?.slice(Math.max(0, at - 3), at + 2));
}

/** Step for step the same key, where names count as their new ones in a comparison. */
function expectSameWork({ text, declarations }: Program, renaming: Renaming): void {
  const { pipeline } = compileIn(folder.path, text);
  const to = (name: string): string => renaming.get(name) ?? name;
  const renamedKeys = <T>(keys: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(keys).map(([name, value]) => [to(name), value]));
  const idOf = ({ name, keys }: Pick<CheckedStep, 'name' | 'keys'>): string => {
    // Of an imported file only the name that the program gives it.
    const [first = '', ...rest] = name.split('.');
    return stepId([to(first), ...rest].join('.'), renamedKeys(keys));
  };
  const expected = keysOf(pipeline, ({ name, keys, ...rest }) => ({
    ...rest,
    name: name.split('.').map(to).join('.'),
    keys: renamedKeys(keys),
  }));
  const renamed = programText(rename(declarations, renaming));
  const found = new Map(keysOf(compileIn(folder.path, renamed).pipeline).map(({ id, key }) => [id, key]));
  pipeline.steps.forEach((step, i) => {
    expect(found.get(idOf(step)), `${step.id}, now ${idOf(step)}\n${renamed}`).toBe(expected[i]?.key);
  });
  expect(found.size).toBe(pipeline.steps.length);
}

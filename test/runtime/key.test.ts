import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/runtime/canonical.ts';
import { compareCodePoints } from '../../src/stages/code-point-order.ts';
import { actionKey, keyParts, openKeys, type InputContents } from '../../src/runtime/key.ts';
import { fromStep, pipelineOf, type StepSketch } from './rig/pipeline.ts';
import { stages } from './rig/stages.ts';

describe('canonical JSON', () => {
  test('is the same whatever order keys were written in, and reads back as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('sorts by code point, and leaves out what is absent', () => {
    expect(canonicalJson({ '\u{1F600}': 1, '\uFFFD': 2, b: undefined, a: [-0, null] })).toBe(
      '{"a":[0,null],"\uFFFD":2,"\u{1F600}":1}',
    );
  });

  test('orders names as their UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareCodePoints(a, b))).toBe(bytes);
      }),
    );
  });

  test('digests are sha256', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, shuffled(member)] as const)
      .reverse(),
  );
}

describe('the key of a step', () => {
  const { fit, pick } = stages();
  const inputs: Record<string, InputContents> = { from: { artifact: 'a'.repeat(64) } };
  const key = (sketch: Partial<StepSketch> = {}, contents = inputs): string => {
    const step = {
      name: 'model',
      definition: fit,
      options: { epochs: 2 },
      inputs: { from: fromStep('x') },
      ...sketch,
    };
    const [checked] = pipelineOf([step]).steps;
    if (checked === undefined) throw new Error('no step');
    return actionKey(keyParts(checked, contents));
  };

  test('is the digest of its parts, so that it does not move without a reason', () => {
    const artifact = 'a'.repeat(64);
    const text = `{"format":1,"inputs":{"from":{"artifact":"${artifact}"}},"kind":"fit","numerics":1,"options":{"epochs":2},"version":1}`;
    expect(key()).toBe(sha256(text));
  });

  test('names members only where the result shows them', () => {
    const { gather } = stages();
    const [of] = Object.values(gather.inputs);
    if (of === undefined) throw new Error('no input');
    const nameless = { ...gather, inputs: { of: { ...of, named: false } } };
    const members = (...names: readonly string[]): Record<string, InputContents> => ({
      of: {
        many: names.map((name, i) => ({ name, keys: { seed: i }, contents: { artifact: String(i) } })),
      },
    });
    const keyOf = (definition: typeof gather, ...names: readonly string[]): string =>
      key({ definition, options: {} }, members(...names));
    expect(keyOf(gather, 'a', 'b')).not.toBe(keyOf(gather, 'a', 'c'));
    expect(keyOf(nameless, 'a', 'b')).toBe(keyOf(nameless, 'a', 'c'));
    expect(keyOf(nameless, 'a', 'b')).not.toBe(keyOf(nameless, 'a'));
  });

  test('leaves out the name, the keys of `each`, common options, and options that say nothing of the output', () => {
    const others: Partial<StepSketch>[] = [
      { name: 'other' },
      { keys: { seed: 3 } },
      { common: { seed: 3, device: 'gpu', timeout: 5, retries: 3, cache: false } },
      { options: { epochs: 2, wait: 100 } },
      { inputs: { from: fromStep('y', 'train') } },
      { after: ['y'] },
    ];
    for (const other of others) expect(key(other)).toBe(key());
  });

  test('has the options, the contents of inputs, the version, and the seed of a stage that draws', () => {
    const keys = [
      key(),
      key({ options: { epochs: 3 } }),
      key({}, { from: { artifact: 'b'.repeat(64) } }),
      key({}, { base: { artifact: 'a'.repeat(64) } }),
      key({ definition: { ...fit, version: 2 } }),
      key({ definition: { ...fit, name: 'other' } }),
      key({ definition: pick }),
      key({ definition: pick, common: { seed: 1 } }),
      key({}, { from: { files: [{ digest: 'a', extension: '.csv' }] } }),
      key({}, { from: { files: [{ digest: 'a', extension: '.tsv' }] } }),
      key({}, { from: { builtin: 'ngrams', version: '1' } }),
      key({}, { from: { builtin: 'ngrams', version: '2' } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is the same where steps share what they have in common', () => {
    const options = { epochs: 2, wait: 100 };
    const sketches = [1, 2, 3].map((seed): StepSketch => {
      const inputs = { from: fromStep('x') };
      return { name: 'model', definition: pick, keys: { seed }, options, common: { seed }, inputs };
    });
    const { steps } = pipelineOf(sketches);
    const keys = openKeys();
    const shared = steps.map((step) => keys.key(keys.parts(step, inputs)));
    expect(shared).toEqual(steps.map((step) => actionKey(keyParts(step, inputs))));
    expect(new Set(shared).size).toBe(3);
  });
});

import { expect, test } from 'vitest';
import { capacityOf, demandOf } from '../../src/runtime/demand.ts';
import { openSlots, type Capacity, type Demand } from '../../src/runtime/slots.ts';

const machine: Capacity = { steps: 3, cores: 4, memory: 16, gpus: 1 };
const small: Demand = { cores: 1, memory: 0, gpus: 0 };

/** Everybody asks at once; `free` lets one go, and gives the names of those who run then. */
async function crowd(
  asked: Readonly<Record<string, Partial<Demand>>>,
  capacity: Capacity = machine,
): Promise<{ readonly running: () => readonly string[]; free(name: string): Promise<readonly string[]> }> {
  const slots = openSlots(capacity);
  const running = new Map<string, () => void>();
  for (const [name, demand] of Object.entries(asked))
    void slots.take({ ...small, ...demand }).then((free) => running.set(name, free));
  const settled = async (): Promise<readonly string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return [...running.keys()];
  };
  await settled();
  return {
    running: () => [...running.keys()],
    free: async (name) => {
      const free = running.get(name);
      if (free === undefined) throw new Error(`${name} does not run`);
      running.delete(name);
      free();
      free(); // once is enough
      return settled();
    },
  };
}

test('no more steps at once than there are slots, in the order of their coming', async () => {
  const steps = await crowd({ a: {}, b: {}, c: {}, d: {}, e: {} });
  expect(steps.running()).toEqual(['a', 'b', 'c']);
  expect(await steps.free('b')).toEqual(['a', 'c', 'd']);
  expect(await steps.free('a')).toEqual(['c', 'd', 'e']);
});

test('cores and memory are shared out', async () => {
  const cores = await crowd({ a: { cores: 3 }, b: { cores: 2 } });
  expect(cores.running()).toEqual(['a']);
  expect(await cores.free('a')).toEqual(['b']);
  const memory = await crowd({ a: { memory: 10 }, b: { memory: 10 }, c: { memory: 6 } });
  expect(memory.running()).toEqual(['a']); // `c` would fit, and take what `b` waits for
  expect(await memory.free('a')).toEqual(['b', 'c']);
});

test('steps on the device queue for it, and others go ahead meanwhile', async () => {
  const steps = await crowd({ a: { gpus: 1 }, b: { gpus: 1 }, c: {}, d: { gpus: 1 }, e: {} });
  expect(steps.running()).toEqual(['a', 'c', 'e']);
  expect(await steps.free('c')).toEqual(['a', 'e']);
  expect(await steps.free('a')).toEqual(['e', 'b']);
  expect(await steps.free('b')).toEqual(['e', 'd']);
});

test('a large one is not passed by small ones for ever', async () => {
  const steps = await crowd({ a: {}, large: { cores: 4 }, b: {}, c: {} });
  expect(steps.running()).toEqual(['a']);
  expect(await steps.free('a')).toEqual(['large']);
  expect(await steps.free('large')).toEqual(['b', 'c']);
});

test('one that asks for more than there is runs alone', async () => {
  const steps = await crowd({ a: { cores: 100, gpus: 7 }, b: {} });
  expect(steps.running()).toEqual(['a']);
  expect(await steps.free('a')).toEqual(['b']);
});

test('ten thousand that wait are served in their order', async () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `s${i}`);
  const steps = await crowd(Object.fromEntries(names.map((name) => [name, { gpus: 1 }])));
  for (const name of names.slice(0, 3)) expect(steps.running().concat(await steps.free(name))[0]).toBe(name);
  expect(steps.running()).toEqual(['s3']);
});

test('a step takes what it says, else one core, and the device it is asked to compute on', () => {
  expect(demandOf({ resources: {}, device: 'auto' }, 'auto')).toEqual(small);
  expect(demandOf({ resources: {}, device: 'auto' }, 'gpu')).toEqual({ ...small, gpus: 1 });
  expect(demandOf({ resources: {}, device: 'cpu' }, 'gpu')).toEqual(small);
  expect(demandOf({ resources: { gpu: 2, cores: 3, memory: 5 }, device: 'gpu' }, 'auto')).toEqual({
    cores: 3,
    memory: 5,
    gpus: 2,
  });
});

test('jobs that somebody asks for are not held back by cores', () => {
  expect(capacityOf({ cores: 2, memory: 8, gpus: 0 }, 4)).toEqual({ steps: 4, cores: 4, memory: 8, gpus: 0 });
  expect(capacityOf({ cores: 8, memory: 8, gpus: undefined }, 0)).toEqual({
    steps: 1,
    cores: 8,
    memory: 8,
    gpus: 1,
  });
});

// Generated programs on tiny real data: what is planned is what runs, what is cached is what would be computed, whatever was changed.
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { Pipeline } from '../../src/compiler/pipeline.ts';
import { createRandom, type Random } from '../../src/learning/random.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { inProcessExecutor } from '../runtime/rig/in-process.ts';
import { objectsOf, told } from '../runtime/rig/prepared.ts';
import { planOf, run, type RunOptions } from '../runtime/rig/run.ts';
import { temporaryFolder } from '../runtime/temporary-folder.ts';
import { countOf, firstSeed, patience, programOf, small, type Program } from './campaign.ts';
import { declaredNames, rename } from './rename.ts';
import { compileIn, forgetFacts, programText, writeWorld } from './rig.ts';
import { settable } from './spell.ts';
import { worldOf, type Edit } from './world.ts';

vi.setConfig({ testTimeout: patience });
const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const mutations = countOf(12);
/** Of one program; then another one is taken. */
const each = 4;
const options: Omit<RunOptions, 'folder'> = {
  jobs: 1,
  executor: inProcessExecutor(undefined, standardRegistry().kinds),
};

test('run ⊆ executed ⊆ run ∪ pending, and results are those of a fresh store', async () => {
  for (let done = 0, seed = firstSeed; done < mutations; seed += 1) {
    rmSync(join(folder.path, '.fsl'), { recursive: true, force: true });
    const random = createRandom(seed, 'mutations');
    const edits: Edit[] = [];
    let program = programOf(seed, small);
    let params: Readonly<Record<string, string>> = {};
    await expectAgreement(program, edits, [], params);
    expectNothingAfterRenaming(program, edits);
    for (let i = 0; i < each && done < mutations; i += 1, done += 1) {
      const force = mutate(random, edits);
      const overrides = new Map(program.overrides);
      const paths = [...program.asked.keys()];
      const path = paths[random.below(paths.length)] ?? '';
      if (random.below(3) > 0) overrides.set(path, random.below(program.asked.get(path)?.of ?? 1));
      program = programOf(seed, small, overrides, worldOf(edits));
      params = setIn(program, random);
      const stages = compiled(program, edits, params).steps.map(({ name }) => name);
      const forced = force ? stages.slice(random.below(stages.length)).slice(0, 1) : [];
      await expectAgreement(program, edits, forced, params);
    }
  }
});

function compiled(program: Pick<Program, 'text'>, edits: readonly Edit[], params = {}) {
  forgetFacts(folder.path);
  writeWorld(folder, edits);
  return compileIn(folder.path, program.text, params).pipeline;
}

/** As `--set` would: for some of the parameters whose values are all as good. */
function setIn({ declarations }: Program, random: Random): Readonly<Record<string, string>> {
  return Object.fromEntries(
    declarations.flatMap((declaration) => {
      if (declaration.node !== 'param' || !declaration.name.text.startsWith(settable)) return [];
      const values = declaration.domain?.node === 'list' ? declaration.domain.items : [];
      const value = values[random.below(values.length)];
      if (value?.node !== 'literal' || random.below(2) === 0) return [];
      return [[declaration.name.text, String(value.value)] as const];
    }),
  );
}

/** But for comparisons, which show names. */
function expectNothingAfterRenaming(program: Program, edits: readonly Edit[]): void {
  const names = declaredNames(program.declarations);
  const renaming = new Map(names.map((name, i) => [name, `renamed_${i}`]));
  const text = programText(rename(program.declarations, renaming));
  const pipeline = compiled({ text }, edits);
  const { steps } = planOf(pipeline, { folder: folder.path, ...options }).plan;
  const restless = restlessOf(pipeline, (id) => steps.find((step) => step.id === id)?.inputs);
  const shown = pipeline.steps.filter(({ definition }) => definition.name === 'compare');
  const others = steps.filter(({ id }) => !restless.has(id) && !shown.some((step) => step.id === id));
  const wrong = others.filter(({ state, why }) => state !== 'cached' || /change|differ/.test(why));
  expect(
    wrong.map(({ id, state, why }) => `${id} ${state}: ${why}`),
    text,
  ).toEqual([]);
}

/** What is never cached, and what is behind it. */
function restlessOf(
  { steps }: Pipeline,
  inputsOf: (id: string) => readonly string[] | undefined,
): ReadonlySet<string> {
  const restless = new Set<string>();
  for (const { id, common, after } of steps)
    if (!common.cache || (inputsOf(id) ?? after).some((input) => restless.has(input))) restless.add(id);
  return restless;
}

/** Damage to the store or a change of the data; whether a stage is forced besides. */
function mutate(random: Random, edits: Edit[]): boolean {
  const objects = objectsOf(folder.path);
  const object = objects[random.below(objects.length)];
  const actions = join(folder.path, '.fsl/actions');
  const names = readdirSync(actions);
  switch (random.below(11)) {
    case 0:
      if (object !== undefined) rmSync(object.path);
      break;
    case 1:
      if (object !== undefined) {
        chmodSync(object.path, 0o644);
        writeFileSync(object.path, 'damaged');
      }
      break;
    case 2:
      writeFileSync(join(actions, names[random.below(names.length)] ?? ''), 'damaged');
      break;
    case 3:
    case 4: {
      const groups = worldOf();
      const group = groups[random.below(groups.length)]?.name ?? '';
      const what = random.below(2) === 0 ? 'body' : 'newline';
      edits.push({ group, what, row: random.below(15), times: edits.length + 1 });
      break;
    }
    case 5:
      return true;
    case 6:
    case 7:
    case 8: {
      const whats = ['library', 'library-comment', 'text', 'env', 'encoder'] as const;
      edits.push({ what: whats[random.below(whats.length)] ?? 'text', times: edits.length + 1 });
      break;
    }
    default:
      break;
  }
  return false;
}

async function expectAgreement(
  program: Program,
  edits: readonly Edit[],
  force: readonly string[],
  params: Readonly<Record<string, string>>,
): Promise<void> {
  const pipeline = compiled(program, edits, params);
  const shown = `seed ${program.seed}, ${JSON.stringify([...program.overrides])} ${JSON.stringify(params)}\n${program.text}`;
  const here = { folder: folder.path, ...options };
  const { planned, events, result } = await run(pipeline, { ...here, force });
  const failures = told(events, 'step-failed').map(({ diagnostics }) =>
    diagnostics.map(({ message }) => message),
  );
  expect(failures, shown).toEqual([]);
  const executed = new Set(told(events, 'step-finished').map(({ step }) => step));
  for (const { id, state } of planned.plan.steps) {
    if (state === 'run') expect(executed, `${id} was to run\n${shown}`).toContain(id);
    if (state === 'cached') expect(executed, `${id} was cached\n${shown}`).not.toContain(id);
  }

  // Only what is never cached, and what is behind it, runs again.
  const restless = restlessOf(pipeline, (id) => planned.plan.steps.find((step) => step.id === id)?.inputs);
  const again = planOf(pipeline, here).plan.steps.filter(
    ({ id, state }) => state !== 'cached' && !restless.has(id),
  );
  expect(
    again.map(({ id, why }) => `${id}: ${why}`),
    shown,
  ).toEqual([]);

  const store = join(folder.path, 'fresh');
  rmSync(store, { recursive: true, force: true });
  const fresh = await run(pipeline, { ...here, store });
  expect(result.reports, shown).toEqual(fresh.result.reports);
}

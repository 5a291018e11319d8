// A plan and the run of it agree, whatever was changed before, and what is cached is what would be computed.
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderWithData, objectsOf, runCounted, told } from './rig/prepared.ts';
import { smallProgram, type SmallProgram } from './rig/small-program.ts';

type Damage = 'none' | 'remove object' | 'damage object' | 'damage record' | 'edit data';

interface Change {
  readonly program: SmallProgram;
  readonly damage: Damage;
  /** Which of the objects or records. */
  readonly at: number;
  readonly force: boolean;
}

const change: fc.Arbitrary<Change> = fc.record({
  program: fc.record(
    {
      epochs: fc.integer({ min: 1, max: 2 }),
      train: fc.integer({ min: 3, max: 4 }),
      seeds: fc.subarray([1, 2, 3], { minLength: 1 }),
      limit: fc.constantFrom(8, 9),
      pickName: fc.constantFrom('parts', 'pieces'),
      reversed: fc.boolean(),
      require: fc.constantFrom(1, 2),
    },
    { requiredKeys: [] },
  ),
  damage: fc.constantFrom('none', 'remove object', 'damage object', 'damage record', 'edit data'),
  at: fc.nat(1000),
  force: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});

function apply(folder: string, { damage, at }: Change): void {
  const objects = objectsOf(folder);
  const object = objects[at % objects.length];
  if (object === undefined) return;
  if (damage === 'remove object') rmSync(object.path);
  if (damage === 'damage object') {
    chmodSync(object.path, 0o644);
    writeFileSync(object.path, 'damaged');
  }
  if (damage === 'damage record') {
    const actions = join(folder, '.fsl/actions');
    const names = readdirSync(actions);
    writeFileSync(join(actions, names[at % names.length] ?? ''), 'damaged');
  }
  if (damage === 'edit data')
    writeFileSync(
      join(folder, 'data.txt'),
      `${Array.from({ length: 9 }, (_, i) => `row ${i * (at % 5)}-${i}`).join('\n')}\n`,
    );
}

test('run ⊆ executed ⊆ run ∪ pending, and reports are those of a fresh store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      using folder = folderWithData();
      await runCounted(smallProgram(folder.path), { folder: folder.path });
      for (const one of changes) {
        apply(folder.path, one);
        const program = smallProgram(folder.path, one.program);
        const force = one.force ? ['model'] : [];
        const { planned, events, result } = await runCounted(program, { folder: folder.path, force });
        expect(result.outcome).toBe('done');
        const executed = new Set(told(events, 'step-finished').map(({ step }) => step));
        for (const { id, state } of planned.plan.steps) {
          if (state === 'run') expect(executed, `${id} was to run`).toContain(id);
          if (state === 'cached') expect(executed, `${id} was cached`).not.toContain(id);
        }
        const again = await runCounted(program, { folder: folder.path });
        expect(again.planned.plan.summary).toMatchObject({ run: 0, pending: 0 });
        rmSync(join(folder.path, 'fresh'), { recursive: true, force: true });
        const fresh = await runCounted(program, { folder: folder.path, store: join(folder.path, 'fresh') });
        expect(result.reports).toEqual(fresh.result.reports);
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

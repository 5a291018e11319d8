import { describe, expect, test } from 'vitest';
import { planGraph } from '../../src/runtime/report/graph.ts';
import { laneRows } from '../../src/runtime/report/lanes.ts';
import { paint } from '../../src/runtime/report/paint.ts';
import { graphText, planText, type PlanTextOptions } from '../../src/runtime/report/plan-text.ts';
import type { Plan } from '../../src/runtime/plan.ts';
import { planOf, seedsPlan } from './samples.ts';

const plain: PlanTextOptions = { paint: paint(false), verbose: false, columns: undefined };
const draw = (plan: Plan, options: Partial<PlanTextOptions> = {}): string =>
  `\n${planText(plan, planGraph(plan), { ...plain, ...options })}`;

describe('the drawing of a plan', () => {
  test('folds instances and names those that differ', () => {
    expect(draw(seedsPlan())).toBe(`
✔ load messages                             cached
└─✔ split parts ×3 [seed=13,21,42]          cached
  ├─● fine-tune model ×3 [seed=13,21,42]    1 run, 2 cached
  │ │   ● [seed=42]                         run                  option \`epochs\` 1 -> 3 at first.fsl:12:9
  └─┴─○ evaluate score ×3 [seed=13,21,42]   1 pending, 2 cached
      │   ○ [seed=42]                       pending              waits for \`model[seed=42]\`
      └─○ compare summary                   pending              waits for \`score\`

Plan: 1 to run, 2 pending, 8 cached.
`);
  });

  test('shows every instance when asked', () => {
    const text = draw(seedsPlan(), { verbose: true });
    for (const step of seedsPlan().steps.filter(({ id }) => id.includes('[')))
      expect(text).toContain(step.id.slice(step.id.indexOf('[')));
    expect(text.match(/\[seed=21\] +cached/g)).toHaveLength(3);
  });

  test('cuts reasons, never states, to the width of the terminal', () => {
    const lines = draw(seedsPlan(), { columns: 80 }).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(draw(seedsPlan(), { columns: 80 })).toContain('…');
    expect(draw(seedsPlan(), { columns: 40 })).toContain('1 run, 2 cached');
  });

  test('uses colour codes only when asked, around the same text', () => {
    const coloured = draw(seedsPlan(), { paint: paint(true) });

    expect(coloured.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(draw(seedsPlan()));
    expect(coloured).not.toBe(draw(seedsPlan()));
  });

  test('tells how long it may take only where every step has run before', () => {
    const plan = seedsPlan();
    const steps = plan.steps.map((step) => ({ ...step, estimate: { seconds: 40 } }));
    expect(draw({ ...plan, steps })).toContain('About 2 min of work');
    expect(
      draw({ ...plan, steps: [...steps.slice(1), ...planOf([['x', 'load', [], 'run']]).steps] }),
    ).not.toContain('About');
  });

  test('adds up what there is to do, of what is not cached', () => {
    const plan = seedsPlan();
    const work = (state: string, texts: number | undefined): Plan => ({
      ...plan,
      steps: plan.steps.map((step) => ({
        ...step,
        estimate:
          step.state === state
            ? {
                counts: [
                  { count: texts, unit: 'texts to encode' },
                  { count: 1, unit: 'fits' },
                ],
              }
            : {},
      })),
    });
    expect(draw(work('pending', 620))).toContain('\nTo do: 1,240 texts to encode, 2 fits.\n');
    expect(draw(work('run', 1))).toContain('\nTo do: 1 text to encode, 1 fit.\n');
    expect(draw(work('run', undefined))).toContain('\nTo do: some texts to encode, 1 fit.\n');
    expect(draw(work('cached', 7))).not.toContain('To do');
    expect(draw(work('run', 64), { verbose: true })).toMatch(/first\.fsl:12:9: 64 texts to encode, 1 fit/);
  });

  test('has no states in a graph alone', () => {
    const graph = planGraph(planOf([['a', 'load', [], 'run', 'never ran']]));
    const bare = { ...graph, steps: graph.steps.map(({ id, kind, inputs }) => ({ id, kind, inputs })) };
    expect(graphText(bare, plain)).toBe('● load a\n');
  });
});

describe('lanes', () => {
  const art = (...nodes: readonly (readonly [string, ...string[]])[]): string =>
    laneRows(nodes.map(([name, ...inputs]) => ({ name, inputs })))
      .map(({ before, after }, i) => `\n${before}${nodes[i]?.[0]}${after}`)
      .join('');

  test('cross over what they do not read', () => {
    expect(art(['a'], ['b'], ['c', 'a'], ['d', 'b', 'c'])).toBe(
      '\na\n│ b\n└─│─c\n  └─┴─d'.replace('│ b', '│ b'),
    );
  });

  test('turn back to the left when the tree grows too far to the right', () => {
    const chain = Array.from({ length: 16 }, (_, i) =>
      i === 0 ? (['n0'] as const) : ([`n${i}`, `n${i - 1}`] as const),
    );
    const rows = laneRows(chain.map(([name, ...inputs]) => ({ name, inputs })));
    expect(Math.max(...rows.map((row) => row.before.length))).toBeLessThanOrEqual(26);
    expect(rows[13]?.after).toContain('┘');
  });
});

// Puts steps after what they need, the same way whatever the order of declarations; circles are errors that show the way round.
import type { CheckedInput } from './pipeline.ts';
import type { Program } from './program.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** Steps that an input reads from. */
export function stepsOf(input: CheckedInput): readonly string[] {
  return sourcesOf(input).map(({ step }) => step);
}

/** Calls back with every step that one reads from or comes after, some of them more than once. */
export function visitNeeds(
  { inputs, after }: Pick<ResolvedStep, 'inputs' | 'after'>,
  visit: (id: string) => void,
): void {
  const visitInput = (input: CheckedInput): void => {
    if (input.from === 'step') visit(input.step);
    if (input.from === 'many') for (const member of input.members) visitInput(member.input);
  };
  for (const name in inputs) {
    const input = inputs[name];
    if (input !== undefined) visitInput(input);
  }
  after.forEach(visit);
}

/** Parts of steps that an input reads. */
export function sourcesOf(input: CheckedInput): readonly { readonly step: string; readonly part: string }[] {
  switch (input.from) {
    case 'step':
      return [input];
    case 'many':
      return input.members.flatMap((member) => sourcesOf(member.input));
    case 'files':
    case 'builtin':
    case 'call':
    case 'folder':
      return [];
    default:
      return input satisfies never;
  }
}

/** By depth in the graph, then stage name, then position in the `each` lists; nothing where there is a circle. */
export function orderSteps(steps: readonly ResolvedStep[], program: Program): ResolvedStep[] | undefined {
  const positions = new Map(steps.map((step, i) => [step.id, i]));
  const needs = needsOf(steps, positions);
  const levels = levelsOf(needs);
  if (levels.reduce((sum, level) => sum + level.length, 0) < steps.length) {
    reportCircle(steps, needs, levels, program);
    return undefined;
  }
  return levels.flatMap((level) => {
    const byName = new Map<string, ResolvedStep[]>();
    for (const position of level.sort((a, b) => a - b)) {
      const step = steps[position];
      if (step === undefined) continue;
      const same = byName.get(step.name);
      if (same === undefined) byName.set(step.name, [step]);
      else same.push(step);
    }
    const names = [...byName.keys()].sort((a, b) => (a < b ? -1 : 1));
    return names.flatMap((name) => byName.get(name) ?? []);
  });
}

/** Of each step, the positions of those that it reads from or comes after, each once. */
function needsOf(
  steps: readonly ResolvedStep[],
  positions: ReadonlyMap<string, number>,
): readonly (readonly number[])[] {
  const lastUser = new Int32Array(steps.length).fill(-1);
  return steps.map((step, user) => {
    const needs: number[] = [];
    visitNeeds(step, (id) => {
      const position = positions.get(id);
      if (position === undefined || lastUser[position] === user) return;
      lastUser[position] = user;
      needs.push(position);
    });
    return needs;
  });
}

/** Positions by the longest way from a step without needs; steps in or behind a circle are in none. */
function levelsOf(needs: readonly (readonly number[])[]): number[][] {
  const waiting = needs.map((list) => list.length);
  const users: number[][] = needs.map(() => []);
  needs.forEach((list, user) => {
    for (const need of list) users[need]?.push(user);
  });
  const levels: number[][] = [];
  let ready = [...waiting.keys()].filter((position) => waiting[position] === 0);
  while (ready.length > 0) {
    levels.push(ready);
    const next: number[] = [];
    for (const position of ready)
      for (const user of users[position] ?? []) {
        const left = (waiting[user] ?? 0) - 1;
        waiting[user] = left;
        if (left === 0) next.push(user);
      }
    ready = next;
  }
  return levels;
}

function reportCircle(
  steps: readonly ResolvedStep[],
  needs: readonly (readonly number[])[],
  levels: readonly (readonly number[])[],
  program: Program,
): void {
  const placed = new Set(levels.flat());
  const stuck = [...steps.keys()].filter((position) => !placed.has(position));
  const followed = new Set<number>();
  for (const start of stuck) {
    // Following needs from any stuck step ends in a circle, since only stuck steps keep each other waiting.
    const way = new Set<number>();
    let position: number | undefined = start;
    while (position !== undefined && !way.has(position) && !followed.has(position)) {
      way.add(position);
      position = needs[position]?.find((need) => !placed.has(need));
    }
    for (const member of way) followed.add(member);
    if (position === undefined || !way.has(position)) continue;
    const circle = [...way]
      .slice([...way].indexOf(position))
      .map((member) => steps[member])
      .filter((step) => step !== undefined);
    const [first, ...rest] = circle;
    if (first === undefined) continue;
    const names = circle.map((step) => `\`${step.name}\``);
    const shown = names.length > mostShown + 1 ? [...names.slice(0, mostShown), '…'] : names;
    program.diagnostics.add({
      code: 'cycle',
      message:
        rest.length === 0
          ? `\`${first.name}\` needs itself`
          : `these stages need each other: ${[...shown, `\`${first.name}\``].join(' -> ')}`,
      span: first.span,
      notes: rest
        .slice(0, mostShown)
        .map((step) => ({ span: step.span, message: `\`${step.name}\` is part of the circle` })),
      hint: 'an arrow means "needs": take one of these inputs away',
    });
  }
}

/** Of a longer circle the start is shown. */
const mostShown = 20;

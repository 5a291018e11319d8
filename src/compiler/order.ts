// Puts steps after what they need, the same way whatever the order of declarations; circles are errors that show the way round.
import type { CheckedInput } from './pipeline.ts';
import type { Program } from './program.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** Steps that an input reads from. */
export function stepsOf(input: CheckedInput): readonly string[] {
  return sourcesOf(input).map(({ step }) => step);
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
    case 'folder':
      return [];
    default:
      return input satisfies never;
  }
}

/** By depth in the graph, then stage name, then position in the `each` lists; nothing where there is a circle. */
export function orderSteps(steps: readonly ResolvedStep[], program: Program): ResolvedStep[] | undefined {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const needs = new Map(
    steps.map((step) => [
      step.id,
      [...new Set([...Object.values(step.inputs).flatMap(stepsOf), ...step.after])].filter((id) =>
        byId.has(id),
      ),
    ]),
  );
  const depth = depths(steps, needs);
  const stuck = steps.filter((step) => !depth.has(step.id));
  if (stuck.length > 0) {
    reportCircle(stuck, needs, byId, program);
    return undefined;
  }
  const position = new Map(steps.map((step, i) => [step.id, i]));
  return [...steps].sort(
    (a, b) =>
      (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
      (position.get(a.id) ?? 0) - (position.get(b.id) ?? 0),
  );
}

/** Longest way from a step without needs; steps in or behind a circle have none. */
function depths(
  steps: readonly ResolvedStep[],
  needs: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const waiting = new Map(steps.map((step) => [step.id, needs.get(step.id)?.length ?? 0]));
  const users = new Map<string, string[]>();
  for (const [id, list] of needs)
    for (const need of list) {
      const known = users.get(need);
      if (known === undefined) users.set(need, [id]);
      else known.push(id);
    }
  const depth = new Map<string, number>();
  let ready = steps.filter((step) => waiting.get(step.id) === 0).map((step) => step.id);
  for (let level = 0; ready.length > 0; level += 1) {
    const next: string[] = [];
    for (const id of ready) {
      depth.set(id, level);
      for (const user of users.get(id) ?? []) {
        const left = (waiting.get(user) ?? 0) - 1;
        waiting.set(user, left);
        if (left === 0) next.push(user);
      }
    }
    ready = next;
  }
  return depth;
}

function reportCircle(
  stuck: readonly ResolvedStep[],
  needs: ReadonlyMap<string, readonly string[]>,
  byId: ReadonlyMap<string, ResolvedStep>,
  program: Program,
): void {
  const inCircle = new Set(stuck.map((step) => step.id));
  const reported = new Set<string>();
  for (const start of stuck) {
    // Following needs from any stuck step ends in a circle, since only stuck steps keep each other waiting.
    const seen: string[] = [];
    let id: string | undefined = start.id;
    while (id !== undefined && !seen.includes(id)) {
      seen.push(id);
      id = needs.get(id)?.find((need) => inCircle.has(need));
    }
    if (id === undefined) continue;
    const circle = seen
      .slice(seen.indexOf(id))
      .map((member) => byId.get(member))
      .filter((step) => step !== undefined);
    const names = circle.map((step) => step.name);
    const identity = [...names].sort().join(' ');
    const [first, ...rest] = circle;
    if (reported.has(identity) || first === undefined) continue;
    reported.add(identity);
    program.diagnostics.add({
      code: 'cycle',
      message:
        rest.length === 0
          ? `\`${first.name}\` needs itself`
          : `these stages need each other: ${[...names, first.name].map((name) => `\`${name}\``).join(' -> ')}`,
      span: first.span,
      notes: rest.map((step) => ({ span: step.span, message: `\`${step.name}\` is part of the circle` })),
      hint: 'an arrow means "needs": take one of these inputs away',
    });
  }
}

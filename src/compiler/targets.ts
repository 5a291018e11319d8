// Which steps a program asks for: its targets, or everything that gives a result.
import { stepsOf, visitNeeds } from './order.ts';
import type { CheckedStep, Pipeline } from './pipeline.ts';
import { fileScope, type Program } from './program.ts';
import { resolveReference } from './references.ts';
import type { Unit } from './units.ts';

/** Step ids by target name, by stage name, and by the name of an import: what the file would run by itself. */
export function collectTargets(
  steps: readonly CheckedStep[],
  units: readonly Unit[],
): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const step of steps) {
    const list = targets.get(step.name);
    if (list === undefined) targets.set(step.name, [step.id]);
    else list.push(step.id);
  }
  for (const { program, instances } of units) {
    const { prefix, names } = program;
    if (prefix !== '') {
      const own = steps.filter((step) => step.name.startsWith(prefix));
      targets.set(prefix.slice(0, -1), [...defaultTargets(own)]);
    }
    for (const declaration of names.targets.values()) {
      const items = declaration.stages.node === 'list' ? declaration.stages.items : [declaration.stages];
      const ids: string[] = [];
      for (const item of items) {
        const referred = resolveReference(item, fileScope, instances, program);
        if (referred !== undefined) ids.push(...referred.instances.map((instance) => instance.id));
      }
      targets.set(prefix + declaration.name.text, ids);
    }
  }
  return targets;
}

/** Reports, and stages that write files; where there are none, the stages that nothing reads. */
export function defaultTargets(steps: readonly CheckedStep[]): readonly string[] {
  const results = steps.filter(
    (step) =>
      Object.values(step.definition.outputs).some(({ type }) => type === 'report' || type === 'files') ||
      (step.definition.exports?.(step.options) ?? []).length > 0,
  );
  if (results.length > 0) return results.map((step) => step.id);
  const read = new Set(steps.flatMap((step) => Object.values(step.inputs).flatMap(stepsOf)));
  return steps.filter((step) => !read.has(step.id)).map((step) => step.id);
}

/** The names of the stages with steps of these ids, and of all that they need. */
function neededNames(pipeline: Pipeline, ids: readonly string[]): ReadonlySet<string> {
  const wanted = new Set(ids);
  const names = new Set<string>();
  for (const step of pipeline.steps.toReversed()) {
    if (!wanted.has(step.id)) continue;
    names.add(step.name);
    visitNeeds(step, (id) => wanted.add(id));
  }
  return names;
}

/**
 * Stages that no default target needs and no target names are never run by accident, and perhaps forgotten. Those of imported
 * files are there to be chosen from.
 */
export function reportUnused(steps: readonly CheckedStep[], pipeline: Pipeline, program: Program): void {
  const named = [...program.names.targets.keys()].flatMap((name) => pipeline.targets.get(name) ?? []);
  const used = neededNames(pipeline, [...pipeline.defaultTargets, ...named]);
  for (const step of steps) {
    if (used.has(step.name) || step.span.source !== program.file.source) continue;
    program.diagnostics.add({
      code: 'unused-stage',
      severity: 'warning',
      message: `nothing uses \`${step.name}\``,
      span: step.span,
      hint: `remove it, read it from another stage, or run it by name: \`fslrun FILE ${step.name}\``,
    });
  }
}

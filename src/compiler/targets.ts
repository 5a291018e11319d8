// Which steps are asked for: targets of the program, names and ids on the command line, or everything that gives a result.
import type { Span } from '../parser/source.ts';
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import type { Instances } from './expand.ts';
import { stepsOf } from './order.ts';
import type { CheckedStep, Pipeline } from './pipeline.ts';
import { fileScope, type Program } from './program.ts';
import { resolveReference } from './references.ts';

/** Step ids by target name and by stage name. */
export function collectTargets(
  steps: readonly CheckedStep[],
  instances: Instances,
  program: Program,
): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const step of steps) {
    const list = targets.get(step.name);
    if (list === undefined) targets.set(step.name, [step.id]);
    else list.push(step.id);
  }
  for (const declaration of program.names.targets.values()) {
    const items = declaration.stages.node === 'list' ? declaration.stages.items : [declaration.stages];
    const ids: string[] = [];
    for (const item of items) {
      const referred = resolveReference(item, fileScope, instances, program);
      if (referred !== undefined) ids.push(...referred.instances.map((instance) => instance.id));
    }
    targets.set(declaration.name.text, ids);
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

/** The steps with these ids and everything they need, in the pipeline's order. */
export function closure(pipeline: Pipeline, ids: readonly string[]): readonly CheckedStep[] {
  const wanted = new Set(ids);
  const steps: CheckedStep[] = [];
  for (const step of [...pipeline.steps].reverse()) {
    if (!wanted.has(step.id)) continue;
    steps.push(step);
    for (const input of Object.values(step.inputs)) for (const id of stepsOf(input)) wanted.add(id);
    for (const id of step.after) wanted.add(id);
  }
  return steps.reverse();
}

/** Stages that no default target needs and no target names are never run by accident, and perhaps forgotten. */
export function reportUnused(steps: readonly CheckedStep[], pipeline: Pipeline, program: Program): void {
  const named = [...program.names.targets.keys()].flatMap((name) => pipeline.targets.get(name) ?? []);
  const used = new Set(closure(pipeline, [...pipeline.defaultTargets, ...named]).map((step) => step.name));
  for (const step of steps) {
    if (used.has(step.name)) continue;
    program.diagnostics.add({
      code: 'unused-stage',
      severity: 'warning',
      message: `nothing uses \`${step.name}\``,
      span: step.span,
      hint: `remove it, read it from another stage, or run it by name: \`fslrun FILE ${step.name}\``,
    });
  }
}

/** What the words of a command line ask for: stage and target names, or ids such as `score[seed=13]`. */
export function findTargets(
  pipeline: Pipeline,
  words: readonly { readonly text: string; readonly span: Span }[],
): { readonly ids: readonly string[]; readonly problems: readonly Problem[] } {
  const ids = new Set(pipeline.steps.map((step) => step.id));
  const found: string[] = [];
  const problems: Problem[] = [];
  for (const word of words) {
    const id = canonicalId(word.text);
    const list = pipeline.targets.get(word.text);
    if (list !== undefined) found.push(...list);
    else if (ids.has(id)) found.push(id);
    else {
      const partial = instancesWith(pipeline, id);
      if (partial.length > 0) {
        found.push(...partial);
        continue;
      }
      const near = suggest(word.text, [...pipeline.targets.keys(), ...ids]);
      problems.push({
        code: 'unknown-name',
        message: `the program has no stage or target \`${word.text}\``,
        span: word.span,
        hint:
          near === undefined
            ? `it has ${[...pipeline.targets.keys()].join(', ')}`
            : `did you mean \`${near}\`?`,
      });
    }
  }
  return { ids: [...new Set(found)], problems };
}

/** `score[seed: 13]` and `score[seed=13]` are the same step. */
function canonicalId(text: string): string {
  const match = /^([^[\]]+)\[(.*)\]$/.exec(text);
  if (match === null) return text;
  const [, name = '', keys = ''] = match;
  return `${name}[${keysOf(keys)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')}]`;
}

function keysOf(text: string): (readonly [string, string])[] {
  return text.split(',').map((part) => {
    const [, key = '', value = ''] = /^\s*([^=:\s]+)\s*[=:]\s*(.*?)\s*$/.exec(part) ?? [];
    // The shell may have taken the quotes of a text away.
    const quoted =
      value === '' || /^(-?[0-9.]+(e-?\d+)?|true|false|".*")$/.test(value) ? value : JSON.stringify(value);
    return [key, quoted] as const;
  });
}

/** Instances that have the given keys among theirs. */
function instancesWith(pipeline: Pipeline, id: string): readonly string[] {
  const match = /^([^[\]]+)\[(.*)\]$/.exec(id);
  if (match === null) return [];
  const [, name = '', text = ''] = match;
  const keys = keysOf(text);
  return pipeline.steps
    .filter(
      (step) =>
        step.name === name &&
        keys.every(
          ([key, value]) => Object.hasOwn(step.keys, key) && JSON.stringify(step.keys[key]) === value,
        ),
    )
    .map((step) => step.id);
}

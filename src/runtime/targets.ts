// Which steps a name on the command line means: a target, a stage, an instance, or all instances that share the given keys.
import type { CheckedStep, Pipeline } from '../compiler/pipeline.ts';
import { Failure, wholeSource } from '../parser/diagnostic.ts';

/** Ids, in the pipeline's order. Throws `Failure` (`command-line`) for names that mean nothing. */
export function selectSteps(pipeline: Pipeline, names: readonly string[]): readonly string[] {
  const selected = new Set<string>();
  for (const name of names) {
    const ids = stepsNamed(pipeline, name);
    if (ids.length === 0) throw unknownTarget(pipeline, name);
    for (const id of ids) selected.add(id);
  }
  return pipeline.steps.filter(({ id }) => selected.has(id)).map(({ id }) => id);
}

/** `score`, `score[seed=13]`, `score[seed: 13]`; empty where nothing has that name. */
export function stepsNamed(pipeline: Pipeline, name: string): readonly string[] {
  const target = pipeline.targets.get(name);
  if (target !== undefined) return target;
  const parsed = /^([^[]+)\[(.*)\]$/s.exec(name.trim());
  const stage = (parsed?.[1] ?? name).trim();
  const keys = parsed === null ? [] : parseKeys(parsed[2] ?? '');
  if (keys === undefined) return [];
  const matches = (step: CheckedStep): boolean =>
    step.id === name ||
    (step.name === stage && keys.every(([key, value]) => String(step.keys[key]) === value));
  return pipeline.steps.filter(matches).map(({ id }) => id);
}

/** `seed=13, model: "a, b"`; nothing for what is not written that way. */
function parseKeys(text: string): readonly (readonly [string, string])[] | undefined {
  const keys: [string, string][] = [];
  const entry = /\s*([A-Za-z_][\w-]*)\s*[=:]\s*("(?:[^"\\]|\\.)*"|[^,"\s]+)\s*(?:,|$)/y;
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    if (match === null) return undefined;
    const [, key = '', value = ''] = match;
    keys.push([key, value.startsWith('"') ? (JSON.parse(value) as string) : value]);
  }
  return keys;
}

function unknownTarget(pipeline: Pipeline, name: string): Failure {
  const known = [...new Set([...pipeline.targets.keys(), ...pipeline.steps.map((step) => step.name)])];
  return new Failure({
    code: 'command-line',
    message: `the program has no target or stage \`${name}\``,
    span: wholeSource('<command line>', name),
    hint: `it has ${known
      .slice(0, 12)
      .map((known) => `\`${known}\``)
      .join(', ')}${known.length > 12 ? ' and more' : ''}`,
  });
}

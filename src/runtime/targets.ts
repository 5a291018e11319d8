// Which steps a name on the command line means: a target, a stage, an instance, or all instances that share the given keys.
import type { CheckedStep, Pipeline } from '../compiler/pipeline.ts';
import { Failure, wholeSource, type Problem } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';

/** Where a name is written, for messages. */
export type PlaceOfName = (name: string) => Span;

const unknownPlace: PlaceOfName = (name) => wholeSource('<command line>', name);

/** Ids, in the pipeline's order. Throws `Failure` (`command-line`) for all names that mean nothing. */
export function selectSteps(
  pipeline: Pipeline,
  names: readonly string[],
  placeOf: PlaceOfName = unknownPlace,
): readonly string[] {
  const selected = new Set<string>();
  const unknown: Problem[] = [];
  for (const name of names) {
    const ids = stepsNamed(pipeline, name);
    if (ids.length === 0) unknown.push(unknownTarget(pipeline, name, placeOf(name)));
    for (const id of ids) selected.add(id);
  }
  if (unknown.length > 0) throw new Failure(...unknown);
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

function unknownTarget(pipeline: Pipeline, name: string, span: Span): Problem {
  const message = `the program has no target or stage \`${name}\``;
  const stage = name.split('[', 1)[0]?.trim() ?? '';
  const instances = pipeline.steps.filter((step) => step.name === stage).map(({ id }) => id);
  if (stage !== name && instances.length > 0)
    return {
      code: 'command-line',
      message,
      span,
      hint:
        instances[0] === stage
          ? `\`${stage}\` stands outside every \`each\`: leave the brackets away`
          : `\`${stage}\` is ${listed(instances)}`,
    };
  const known = [...new Set([...pipeline.targets.keys(), ...pipeline.steps.map((step) => step.name)])];
  const near = suggest(stage, known);
  const hint =
    near !== undefined
      ? `did you mean \`${near}\`?`
      : known.length === 0
        ? 'it has no stages'
        : `it has ${listed(known)}`;
  return { code: 'command-line', message, span, hint };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `\`${name}\``);
  return `${shown.join(', ')}${names.length > shown.length ? ' and more' : ''}`;
}

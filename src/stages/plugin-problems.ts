// What is wrong with what a package gives as its stages: it is JavaScript that nobody has checked. One sentence each.
import type { Plugin } from './plugin.ts';
import type { StageDefinition } from './stage.ts';

export type CheckedPlugin =
  | { readonly state: 'good'; readonly plugin: Plugin }
  | { readonly state: 'wrong'; readonly problems: readonly string[] };

/** `given` is what the default export of the package returned. */
export function checkPlugin(given: unknown): CheckedPlugin {
  if (!isObject(given) || !Array.isArray(given['stages']) || given['stages'].length === 0)
    return {
      state: 'wrong',
      problems: ['its default export returns no `{ stages: [ … ] }` with a stage in it'],
    };
  const stages: readonly unknown[] = given['stages'];
  const problems = stages.flatMap((stage, i) => stageProblems(stage, i));
  const names = stages.map((stage) => (isObject(stage) ? stage['name'] : undefined));
  for (const name of new Set(names.filter((one, i) => one !== undefined && names.indexOf(one) !== i)))
    problems.push(`it has two stages \`${String(name)}\``);
  if (problems.length > 0) return { state: 'wrong', problems };
  return { state: 'good', plugin: { stages: stages as readonly StageDefinition[] } }; // every field has been looked at
}

function stageProblems(stage: unknown, position: number): string[] {
  if (!isObject(stage)) return [`its stage ${position + 1} is no object`];
  const { name } = stage;
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z][A-Za-z0-9_]*)*$/.test(name))
    return [`the name of its stage ${position + 1} is no name of the language`];
  const wrong: string[] = [];
  const need = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(`its stage \`${name}\` has ${what}`);
  };
  need(Number.isInteger(stage['version']) && Number(stage['version']) >= 1, 'no `version` of 1 or more');
  need(isText(stage['doc']), 'no `doc`');
  need(isText(stage['example']), 'no `example`');
  for (const field of ['randomness', 'check', 'run'])
    need(typeof stage[field] === 'function', `no function \`${field}\``);
  for (const field of ['absent', 'judge', 'exports'])
    need(
      stage[field] === undefined || typeof stage[field] === 'function',
      `a \`${field}\` that is no function`,
    );
  need(stage['block'] === undefined, 'a `block`, which only stages of FSL itself may have');
  need(isTable(stage['options'], isOption), '`options` that the builders of `option` have not made');
  need(isTable(stage['inputs'], isInput), '`inputs` that the builders of `input` have not made');
  need(
    isTable(stage['outputs'], isOutput) && Object.keys(stage['outputs'] ?? {}).length > 0,
    'no `outputs` such as `{ "": { type: "dataset", doc: "…" } }`',
  );
  return wrong;
}

const artifactTypes = ['dataset', 'model', 'report', 'files'];

function isOption(value: unknown): boolean {
  return isObject(value) && isObject(value['kind']) && isText(value['kind']['type']) && isText(value['doc']);
}

function isInput(value: unknown): boolean {
  return isObject(value) && isText(value['use']) && isText(value['doc']) && isArtifactType(value['accepts']);
}

function isOutput(value: unknown): boolean {
  return isObject(value) && isText(value['doc']) && isArtifactType(value['type']);
}

function isArtifactType(value: unknown): boolean {
  return typeof value === 'string' && artifactTypes.includes(value);
}

function isTable(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return isObject(value) && Object.values(value).every(isEntry);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What differs between what a step was made from last time and now, as reasons with places; and reasons in one line for people.
import { stepId } from '../compiler/expand.ts';
import type { CheckedInput, CheckedStep } from '../compiler/pipeline.ts';
import { positionAt, type Position, type Span } from '../parser/source.ts';
import { withoutModels } from '../stages/model-arguments.ts';
import type { Json } from '../stages/value.ts';
import { blockChanges } from './block-changes.ts';
import { inputText } from './block-inputs.ts';
import { canonicalJson } from './canonical.ts';
import type { InputContents, KeyParts } from './key.ts';
import type { Reason } from './plan.ts';
import { changeText } from './report/change-text.ts';
import { bytes } from './report/quantity.ts';

/** Line and column of a place; many steps share one. */
export type Locate = (span: Span | undefined) => Pick<Reason, 'file' | 'line' | 'column'>;

export function createLocate(): Locate {
  const known = new Map<Span, Position>();
  return (span) => {
    if (span === undefined) return {};
    let position = known.get(span);
    if (position === undefined) known.set(span, (position = positionAt(span.source, span.start)));
    return { file: span.source.path, line: position.line, column: position.column };
  };
}

export interface Comparison {
  readonly step: CheckedStep;
  readonly before: KeyParts;
  readonly after: KeyParts;
  readonly locate: Locate;
  /** How a data file is called when talking to people. */
  readonly show: (path: string) => string;
}

/** Everything that differs, what the program says first. Inputs whose contents are not known now are not compared. */
export function changesOf(comparison: Comparison): readonly Reason[] {
  const { before, after } = comparison;
  const reasons: Reason[] = [];
  const restaged = before.version !== after.version;
  if (restaged) {
    reasons.push({ code: 'stage_changed', path: after.kind, before: before.version, after: after.version });
  }
  for (const part of ['format', 'numerics'] as const) {
    if (before[part] !== after[part]) {
      reasons.push({ code: 'environment_changed', path: part, before: before[part], after: after[part] });
    }
  }
  reasons.push(
    ...optionChanges(comparison, restaged),
    ...blockChanges({ ...comparison, before: before.block, after: after.block }),
    ...inputChanges(comparison),
  );
  return reasons;
}

/** A new version of the stage brings options of its own: those are not the program's change. */
function optionChanges({ step, before, after, locate }: Comparison, restaged: boolean): readonly Reason[] {
  const reasons: Reason[] = [];
  const changed = (path: string, was: unknown, is: unknown): void => {
    if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return;
    if (restaged && (was === undefined || is === undefined)) return;
    const place = step.places[path] ?? step.span;
    const shown = (value: unknown): unknown => withoutModels(step.definition.options[path]?.kind, value);
    reasons.push({ code: 'option_changed', path, before: shown(was), after: shown(is), ...locate(place) });
  };
  for (const name of new Set([...Object.keys(before.options), ...Object.keys(after.options)])) {
    changed(name, before.options[name], after.options[name]);
  }
  changed('seed', before.seed, after.seed);
  return reasons;
}

function inputChanges(comparison: Comparison): readonly Reason[] {
  const { step, before, after, locate, show } = comparison;
  const reasons: Reason[] = [];
  for (const [name, is] of Object.entries(after.inputs)) {
    const was = before.inputs[name];
    const input = step.inputs[name];
    if (input === undefined || (was !== undefined && canonicalJson(was) === canonicalJson(is))) continue;
    if (was !== undefined && 'many' in was && 'many' in is && membership(was) !== membership(is)) {
      const [from, to] = differingMembers(was, is);
      reasons.push({
        code: 'option_changed',
        path: inputText(step, name),
        before: from,
        after: to,
        ...locate(step.places[name] ?? step.span),
      });
      continue;
    }
    reasons.push({
      code: 'input_changed',
      path: inputText(step, name),
      ...difference(was, is, input, show),
    });
  }
  return reasons;
}

type Many = Extract<InputContents, { readonly many: unknown }>;

function membership({ many }: Many): string {
  return canonicalJson(many.map(({ name, keys }) => [name, keys]));
}

/** Names where they tell the difference, else the members whose keys or places differ. */
function differingMembers(
  was: Many,
  is: Many,
): readonly [before: readonly string[], after: readonly string[]] {
  const names = ({ many }: Many): readonly string[] => [...new Set(many.map(({ name }) => name))];
  const [from, to] = [names(was), names(is)];
  if (canonicalJson(from) !== canonicalJson(to)) return [from, to];
  const members = ({ many }: Many): readonly string[] => many.map(({ name, keys }) => stepId(name, keys));
  const [before, after] = [members(was), members(is)];
  return [before.filter((id, i) => id !== after[i]), after.filter((id, i) => id !== before[i])];
}

type FileContents = Extract<InputContents, { readonly files: unknown }>['files'][number];

/** Digests; where the contents are the same, what the name says of the format. */
function fileDifference(
  was: FileContents | undefined,
  is: FileContents | undefined,
): Pick<Reason, 'before' | 'after'> {
  return was !== undefined && was.digest === is?.digest
    ? { before: was.extension, after: is.extension }
    : { before: was?.digest, after: is?.digest };
}

type Difference = Pick<Reason, 'file' | 'before' | 'after'>;

/** The first file that is not what it was, with its digests. */
function difference(
  was: InputContents | undefined,
  is: InputContents,
  input: CheckedInput,
  show: (path: string) => string,
): Difference {
  if ('files' in is && input.from === 'files') {
    const old = was !== undefined && 'files' in was ? was.files : [];
    const index = is.files.findIndex((file, i) => canonicalJson(file) !== canonicalJson(old[i] ?? null));
    const at = index === -1 ? is.files.length : index; // otherwise files went from the end
    const path = input.paths[at] ?? input.paths.at(-1);
    return {
      ...(path === undefined ? {} : { file: show(path) }),
      ...fileDifference(old[at], is.files[at]),
    };
  }
  if ('folder' in is && input.from === 'folder') {
    const old = new Map(
      was !== undefined && 'folder' in was ? was.folder.map((f) => [f.name, f.digest]) : [],
    );
    const changed = is.folder.find((file) => old.get(file.name) !== file.digest);
    const gone = [...old.keys()].find((name) => !is.folder.some((file) => file.name === name));
    const name = changed?.name ?? gone;
    const path = name === undefined ? input.path : `${input.path}/${name}`;
    return { file: show(path), before: old.get(name ?? ''), after: changed?.digest };
  }
  if ('call' in is) return { before: was !== undefined && 'call' in was ? was.call : was, after: is.call };
  if ('builtin' in is) return { before: was, after: `${is.builtin}, ${is.version}` };
  return {};
}

/** `epochs 1 -> 3 at sentiment.fsl:31:18`; reasons are joined with `; `. `more`: how many steps it waits for besides the one named. */
export function whyText(reasons: readonly Reason[], more: number): string {
  const texts = reasons.map((reason) => {
    const text = reasonText(reason);
    return reason.code === 'upstream_runs' && more > 0 ? `${text} and ${more} more` : text;
  });
  return texts.join('; ');
}

function reasonText(reason: Reason): string {
  const { code, path = '', before, after, file } = reason;
  switch (code) {
    case 'never_ran':
      return 'never ran';
    case 'option_changed':
      return `\`${path}\` ${changeText(before as Json | undefined, after as Json | undefined)}${at(reason)}`; // resolved values
    case 'stage_changed':
      return `the stage \`${path}\` has a new version (${short(before)} -> ${short(after)})`;
    case 'environment_changed':
      return `the ${path === 'numerics' ? 'numbers of the engine have' : 'form of stored results has'} a new version (${short(before)} -> ${short(after)})`;
    case 'input_changed':
      return file === undefined ? `the input \`${path}\` changed` : `\`${file}\` changed`;
    case 'input_missing':
      return file?.startsWith('hf:') === true
        ? `\`${file}\` is to be downloaded${typeof after === 'number' ? ` (${bytes(after)})` : ''}`
        : `\`${file ?? path}\` is not there`;
    case 'upstream_runs':
      return `waits for \`${path}\``;
    case 'device_changed':
      return `device ${short(before)} -> ${short(after)}`;
    case 'output_missing':
      return `the result is not in the store any more (\`${path}\`)`;
    case 'output_corrupt':
      return `the stored result is damaged (\`${path}\`)`;
    case 'forced':
      return 'forced';
    case 'previous_failed':
      return 'failed last time';
    case 'not_cached':
      return '`cache: false`';
    default:
      return code satisfies never;
  }
}

function at({ file, line, column }: Reason): string {
  return file === undefined ? '' : ` at ${file}:${line}:${column}`;
}

function short(value: unknown): string {
  if (value === undefined) return 'not given';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

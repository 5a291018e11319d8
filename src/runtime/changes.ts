// What differs between what a step was made from last time and now, as reasons with places.
import type { CheckedInput, CheckedStep } from '../compiler/pipeline.ts';
import { positionAt, type Position, type Span } from '../parser/source.ts';
import { withoutModels } from '../stages/model-arguments.ts';
import { blockChanges } from './block-changes.ts';
import { inputText } from './block-inputs.ts';
import { canonicalJson } from './canonical.ts';
import { environmentChanges, memberChanges, optionChanges, stageChanges } from './key-changes.ts';
import type { InputContents, KeyParts } from './key.ts';
import type { Reason } from './plan.ts';

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
  const { step, before, after, locate } = comparison;
  const options = optionChanges(before, after).map(({ name: path, ...sides }): Reason => {
    const shown = (value: unknown): unknown => withoutModels(step.definition.options[path]?.kind, value);
    const place = step.places[path] ?? step.span;
    return {
      code: 'option_changed',
      path,
      before: shown(sides.before),
      after: shown(sides.after),
      ...locate(place),
    };
  });
  return [
    ...stageChanges(before, after),
    ...environmentChanges(before, after),
    ...options,
    ...blockChanges({ ...comparison, before: before.block, after: after.block }),
    ...inputChanges(comparison),
  ];
}

function inputChanges(comparison: Comparison): readonly Reason[] {
  const { step, before, after, locate, show } = comparison;
  const reasons: Reason[] = [];
  for (const [name, is] of Object.entries(after.inputs)) {
    const was = before.inputs[name];
    const input = step.inputs[name];
    if (input === undefined || (was !== undefined && canonicalJson(was) === canonicalJson(is))) continue;
    const members = memberChanges(was, is);
    if (members !== undefined) {
      reasons.push({
        code: 'option_changed',
        path: inputText(step, name),
        ...members,
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

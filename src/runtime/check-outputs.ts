// Whether a program may write where its `to:` options say: not over what it reads, nor twice to one place. Looks at names
// and links only; what is in a file that is there already is judged when it is written.
import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { CheckedInput, CheckedStep, Pipeline } from '../compiler/pipeline.ts';
import { diagnostic, wholeSource, type Diagnostic } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { modelFiles } from './model-folder.ts';

export interface OutputPlaces {
  /** Absolute. */
  readonly programFile: string;
  /** What it imports and reads, absolute. */
  readonly sources: readonly string[];
  /** How a path is shown to people. */
  readonly show: (path: string) => string;
}

interface Reading {
  readonly span: Span;
  /** `` `q3` reads it here ``. */
  readonly message: string;
}

/** Errors at the `to:` of a step, with the other place as a note. */
export function checkOutputs(
  pipeline: Pipeline,
  { programFile, sources, show }: OutputPlaces,
): readonly Diagnostic[] {
  const writing = pipeline.steps.flatMap((step) =>
    (step.definition.exports?.(step.options) ?? []).map(({ to, name }) => ({
      step,
      to,
      real: realPath(to),
      isFolder: name === undefined,
    })),
  );
  if (writing.length === 0) return [];
  const read = readFiles(pipeline);
  for (const path of sources)
    read.set(realPath(path), {
      span: wholeSource(show(path)),
      message: 'the program reads it with `import` or `read`',
    });
  read.set(realPath(programFile), {
    span: wholeSource(pipeline.source.path),
    message: 'this is the program itself',
  });
  const written = new Map<string, CheckedStep>();
  return writing.flatMap(({ step, to, real, isFolder }): readonly Diagnostic[] => {
    const span = toPlace(step);
    const reading = read.get(real) ?? (isFolder ? readBelow(real, read) : undefined);
    const first = written.get(real);
    if (reading !== undefined)
      return [
        diagnostic({
          code: 'output-clash',
          message: `\`${step.id}\` would write over \`${show(to)}\`, which the program reads`,
          span,
          notes: [reading],
          hint: 'give another path',
        }),
      ];
    if (first === undefined) {
      written.set(real, step);
      return [];
    }
    const sameLine = first.name === step.name;
    return [
      diagnostic({
        code: 'output-clash',
        message: `\`${first.id}\` and \`${step.id}\` would both write \`${show(to)}\``,
        span,
        notes: sameLine ? [] : [{ span: toPlace(first), message: `\`${first.id}\` writes it here` }],
        hint: sameLine ? eachHint(step) : 'give one of them another path',
      }),
    ];
  });
}

/** What reads a file in a folder that is written to. */
function readBelow(folder: string, read: ReadonlyMap<string, Reading>): Reading | undefined {
  for (const [path, reading] of read) if (path.startsWith(folder + sep)) return reading;
  return undefined;
}

function toPlace(step: CheckedStep): Span {
  return step.places['to'] ?? step.span;
}

function eachHint({ keys }: CheckedStep): string {
  const [key = 'NAME'] = Object.keys(keys);
  return `put a variable of \`each\` into the path, such as \`"result-\${${key}}.csv"\``;
}

/** By the path that links lead to. */
function readFiles({ steps }: Pipeline): Map<string, Reading> {
  const found = new Map<string, Reading>();
  for (const step of steps)
    for (const [name, input] of Object.entries(step.inputs)) {
      const reading = { span: step.places[name] ?? step.span, message: `\`${step.id}\` reads it here` };
      for (const path of filesOf(input)) {
        const real = realPath(path);
        if (!found.has(real)) found.set(real, reading);
      }
    }
  return found;
}

function filesOf(input: CheckedInput): readonly string[] {
  switch (input.from) {
    case 'files':
      return input.paths;
    case 'folder':
      return filesOfModel(input.path);
    case 'many':
      return input.members.flatMap((member) => filesOf(member.input));
    case 'step':
    case 'builtin':
    case 'call':
      return [];
    default:
      return input satisfies never;
  }
}

/** A folder that cannot be read is a problem of the step that reads it. */
function filesOfModel(folder: string): readonly string[] {
  try {
    return modelFiles(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** With links followed as far as the path exists. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

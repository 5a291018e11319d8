// What is done for every step whose result is there, new or from the store: files of `to:`, its report, its requirement.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Failure } from '../parser/diagnostic.ts';
import type { CheckedStep } from '../compiler/pipeline.ts';
import type { Report } from '../stages/report.ts';
import type { Export } from '../stages/stage.ts';
import { stepFailure } from '../stages/step-failure.ts';
import type { Action } from './action.ts';
import { sha256 } from './canonical.ts';
import { asDiskFull, errorCode, makeFolders, readSealed, replaceFile, seal } from './durable.ts';
import { newNonce } from './process-identity.ts';
import type { News, RunSettings } from './run-settings.ts';

/** Whether there is anything to do for results of this step. */
export function hasConclusion({ definition }: CheckedStep): boolean {
  return (
    definition.exports !== undefined ||
    definition.judge !== undefined ||
    Object.values(definition.outputs).some(({ type }) => type === 'report')
  );
}

export interface Conclusion {
  readonly report: Report | undefined;
  readonly held: boolean;
}

/** Throws `Failure` where a file of `to:` cannot be written, or the report is not what was stored. */
export function conclude(
  step: CheckedStep,
  action: Action,
  settings: RunSettings,
  exported: ExportedFiles,
  tell: (news: News) => void,
): Conclusion {
  const { definition, options, id } = step;
  for (const file of definition.exports?.(options) ?? []) {
    const note = exportFile(file, action, settings, exported);
    if (note !== undefined) tell({ type: 'step-note', step: id, message: note });
  }
  const report = reportOf(action, settings);
  const judgement = report === undefined ? undefined : definition.judge?.(options, report);
  if (judgement !== undefined) tell({ type: 'requirement', step: id, ...judgement });
  return { report, held: judgement?.held ?? true };
}

/** The first report among the parts of a result. */
function reportOf(action: Action, { store }: RunSettings): Report | undefined {
  const part = Object.values(action.outputs).find(({ type }) => type === 'report');
  const file = part?.files.find(({ name }) => name === 'report.json');
  if (file === undefined) return undefined;
  const contents = readStored(store.objectPath(file.digest));
  if (contents === undefined || sha256(contents) !== file.digest) throw corrupt(file.name);
  return JSON.parse(contents.toString('utf8')) as Report; // its digest says that a stage wrote it
}

function readStored(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Which files outside the store were written by FSL, and with which contents: others are not overwritten. */
export interface ExportedFiles {
  digest(path: string): string | undefined;
  note(path: string, digest: string): void;
  /** Keeps what was noted. */
  save(drafts: string): void;
}

export function openExportedFiles({ store }: Pick<RunSettings, 'store'>): ExportedFiles {
  const file = store.path('programs', 'exported.json');
  const name = (path: string): string => relative(dirname(store.directory), path).split(sep).join('/');
  const read = (): Record<string, string> => {
    const sealed = readSealed(file);
    return sealed.state === 'whole' ? (sealed.record as Record<string, string>) : {}; // sealed by `save`
  };
  const noted = new Map<string, string>();
  let known: Record<string, string> | undefined;
  return {
    digest: (path) => noted.get(name(path)) ?? (known ??= read())[name(path)],
    note: (path, digest) => void noted.set(name(path), digest),
    save: (drafts) => {
      if (noted.size > 0) replaceFile(file, seal({ ...read(), ...Object.fromEntries(noted) }), drafts);
    },
  };
}

/** Writes the file unless it is there as it should be, or is somebody else's work. Returns what to tell about it. */
function exportFile(
  { part, name, to }: Export,
  action: Action,
  settings: RunSettings,
  exported: ExportedFiles,
): string | undefined {
  const { store, digests, overwrite, show } = settings;
  const file = action.outputs[part]?.files.find((one) => one.name === name);
  if (file === undefined) throw new Error(`the result has no file ${part}/${name} to export`);
  if (existsSync(to)) {
    const found = digests.digest(to);
    if (found === file.digest) {
      if (exported.digest(to) !== found) exported.note(to, found);
      return undefined;
    }
    if (!overwrite && exported.digest(to) !== found) {
      return `\`${show(to)}\` was changed by hand and is left as it is; \`--force\` overwrites it`;
    }
  }
  const draft = join(dirname(to), `.draft-${process.pid}-${newNonce()}`);
  try {
    makeFolders(dirname(to));
    const contents = readStored(store.objectPath(file.digest));
    if (contents === undefined || sha256(contents) !== file.digest) throw corrupt(name);
    writeFileSync(draft, contents);
    renameSync(draft, to);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unwritable(asDiskFull(error, to), show(to));
  }
  exported.note(to, file.digest);
  return undefined;
}

function corrupt(name: string): Failure {
  return stepFailure({
    code: 'corrupt-object',
    message: `the stored file \`${name}\` does not have the contents it was stored with`,
    hint: 'run again: the step runs once more',
  });
}

function unwritable(error: unknown, shown: string): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  return stepFailure(
    {
      code: 'unreadable-file',
      message: `\`${shown}\` cannot be written: ${code}`,
      hint: 'give another path',
    },
    'to',
  );
}

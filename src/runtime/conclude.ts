// What is done for every step whose result is there, new or from the store: files of `to:`, its report, its requirement.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { diagnostic, Failure, type Problem } from '../parser/diagnostic.ts';
import type { CheckedStep } from '../compiler/pipeline.ts';
import type { Report } from '../stages/report.ts';
import type { Export } from '../stages/stage.ts';
import { stepFailure } from '../stages/step-failure.ts';
import type { Action, StoredFile } from './action.ts';
import { sha256 } from './canonical.ts';
import { asDiskFull, errorCode, makeFolders, readSealed, replaceFile, seal } from './durable.ts';
import { newNonce } from './nonce.ts';
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
  /** Whether every file of `to:` is there, as far as it is fslrun's to write. */
  readonly written: boolean;
}

export interface Concluding {
  readonly exported: ExportedFiles;
  /** Steps that `--force` names: their files are overwritten also where somebody changed them. */
  readonly forced: ReadonlySet<string>;
  readonly tell: (news: News) => void;
}

/** Throws `Failure` where something is not what was stored. */
export function conclude(
  step: CheckedStep,
  action: Action,
  settings: RunSettings,
  { exported, forced, tell }: Concluding,
): Conclusion {
  const { definition, options, id } = step;
  const files = (definition.exports?.(options) ?? []).flatMap((asked) => filesOf(asked, action));
  const problems = files.flatMap((file) => {
    const problem = exportFile(file, { ...settings, overwrite: forced.has(id) }, exported);
    return problem === undefined ? [] : [diagnostic({ ...problem, span: step.places['to'] ?? step.span })];
  });
  if (problems.length > 0) tell({ type: 'output-left', step: id, diagnostics: problems });
  const report = reportOf(action, settings);
  const judgement = report === undefined ? undefined : definition.judge?.(options, report);
  if (judgement !== undefined) tell({ type: 'requirement', step: id, ...judgement });
  const written = problems.every(({ severity }) => severity === 'warning');
  return { report, held: judgement?.held ?? true, written };
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

type OutputProblem = Omit<Problem, 'span'>;

interface ExportedFile {
  readonly stored: StoredFile;
  /** Absolute. */
  readonly to: string;
}

function filesOf({ part, name, to }: Export, action: Action): readonly ExportedFile[] {
  const files = action.outputs[part]?.files ?? [];
  if (name === undefined) return files.map((stored) => ({ stored, to: join(to, stored.name) }));
  const stored = files.find((file) => file.name === name);
  if (stored === undefined) throw new Error(`the result has no file ${part}/${name} to export`);
  return [{ stored, to }];
}

/** Writes the file unless it is there as it should be, or is somebody else's work. Gives what is wrong with the place. */
function exportFile(
  { stored, to }: ExportedFile,
  settings: RunSettings & { readonly overwrite: boolean },
  exported: ExportedFiles,
): OutputProblem | undefined {
  try {
    if (existsSync(to)) {
      const found = settings.digests.digest(to);
      if (found === stored.digest) {
        if (exported.digest(to) !== found) exported.note(to, found);
        return undefined;
      }
      const before = exported.digest(to);
      if (!settings.overwrite && before !== found) return left(settings.show(to), before !== undefined);
    }
    writeExport(to, stored, settings);
  } catch (error) {
    const problem = asDiskFull(error, to);
    if (problem instanceof Failure) throw problem;
    const code = errorCode(problem);
    if (code === undefined) throw problem;
    return {
      code: 'unreadable-file',
      message: `\`${settings.show(to)}\` cannot be written: ${code}`,
      hint: 'give another path',
    };
  }
  exported.note(to, stored.digest);
  return undefined;
}

/** All of the new contents or none. */
function writeExport(
  to: string,
  { name, digest }: { readonly name: string; readonly digest: string },
  { store }: RunSettings,
): void {
  const contents = readStored(store.objectPath(digest));
  if (contents === undefined || sha256(contents) !== digest) throw corrupt(name);
  const draft = join(dirname(to), `.draft-${process.pid}-${newNonce()}`);
  try {
    makeFolders(dirname(to));
    writeFileSync(draft, contents);
    renameSync(draft, to);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** What is told of a file that stays as it is. */
function left(shown: string, ours: boolean): OutputProblem {
  if (ours)
    return {
      code: 'changed-file',
      severity: 'warning',
      message: `\`${shown}\` was changed by hand and is left as it is`,
      hint: '`--force` overwrites it',
    };
  return {
    code: 'foreign-file',
    message: `\`${shown}\` is there already and was not written by fslrun`,
    hint: 'give another path, move it away, or overwrite it with `--force`; the result itself is kept',
  };
}

function corrupt(name: string): Failure {
  return stepFailure({
    code: 'corrupt-object',
    message: `the stored file \`${name}\` does not have the contents it was stored with`,
    hint: 'run again: the step runs once more',
  });
}

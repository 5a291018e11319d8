// From a path and flags to a checked pipeline and the store it runs against: what nearly every command begins with.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import type { GivenParam } from '../../compiler/params.ts';
import type { Pipeline } from '../../compiler/pipeline.ts';
import { Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import { parse } from '../../parser/parse.ts';
import type { Registry } from '../../stages/registry.ts';
import { standardRegistry } from '../../stages/standard-registry.ts';
import { checkOutputs } from '../check-outputs.ts';
import { createDigester, type Digester } from '../digest-files.ts';
import { createFacts } from '../facts.ts';
import { openStore, type Store } from '../store.ts';
import { usage, type Context } from './context.ts';
import type { ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { readProgram } from './read-program.ts';
import { shownPath } from './shown-path.ts';
import { storeDirectory } from './store-directory.ts';

export interface OpenProgram {
  readonly pipeline: Pipeline;
  readonly registry: Registry;
  readonly store: Store;
  readonly digester: Digester;
  /** Absolute path of the program. */
  readonly path: string;
  /** How a path is shown to people. */
  readonly show: (path: string) => string;
}

export interface Checked {
  /** Absent where there are errors. */
  readonly pipeline: Pipeline | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly open: Omit<OpenProgram, 'pipeline'>;
}

/** Throws `Failure` where the file or the command line is wrong; what is wrong with the program is in the result. */
export function checkProgram(context: Context, file: string, flags: ProgramFlags): Checked {
  const { host } = context;
  const { source, path } = readProgram(context, file);
  const folder = dirname(path);
  const store = openStore(storeDirectory(folder, host, flags.store));
  const kept = existsSync(store.directory); // checking and planning write nothing where no run has been
  const digester = createDigester(kept ? store.path('cache', 'digests.json') : undefined);
  const show = (absolute: string): string => shownPath(absolute, host.cwd);
  const registry = standardRegistry();
  const facts = createFacts({
    display: show,
    digest: (absolute) => digester.digest(absolute),
    ...(kept ? { cacheDirectory: store.path('cache', 'facts') } : {}),
  });
  const parsed = parse(source);
  const { pipeline, diagnostics } = compile(parsed.file, parsed.diagnostics, {
    params: flags.set.map((text) => givenParam(context, text)),
    registry,
    facts,
    resolvePath: (given) => absolutePath(given, folder),
  });
  const clashes = pipeline === undefined ? [] : checkOutputs(pipeline, { programFile: path, show });
  return {
    pipeline: clashes.length > 0 ? undefined : pipeline,
    diagnostics: [...diagnostics, ...clashes],
    open: { registry, store, digester, path, show },
  };
}

/** Throws `Failure` with all that is wrong; shows warnings. */
export function openProgram(
  context: Context,
  file: string,
  flags: ProgramFlags & { readonly quiet?: boolean },
): OpenProgram {
  const { pipeline, diagnostics, open } = checkProgram(context, file, flags);
  if (pipeline === undefined) throw new Failure(...diagnostics);
  if (flags.quiet !== true) showProblems(diagnostics, context.host, flags);
  return { ...open, pipeline };
}

function givenParam(context: Context, text: string): GivenParam {
  const sign = text.indexOf('=');
  if (sign < 1)
    throw usage(context, text, {
      message: `\`--set ${text}\` gives no value`,
      hint: 'write `--set NAME=VALUE`',
    });
  return {
    name: text.slice(0, sign),
    text: text.slice(sign + 1),
    span: context.commandLine.spanOf(text),
    resolvePath: (path) => absolutePath(path, context.host.cwd),
  };
}

function absolutePath(path: string, folder: string): string {
  return isAbsolute(path) ? path : resolve(join(folder, path));
}

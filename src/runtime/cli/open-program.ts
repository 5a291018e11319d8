// From a path and flags to a checked pipeline and the store it runs against: what nearly every command begins with.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { compile, type CompileSettings } from '../../compiler/compile.ts';
import type { Pipeline } from '../../compiler/pipeline.ts';
import { usedPackages, type UsedPackage } from '../../compiler/used-packages.ts';
import { Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import { parse } from '../../parser/parse.ts';
import type { Span } from '../../parser/source.ts';
import type { Fact } from '../../stages/facts.ts';
import type { Plugin } from '../../stages/plugin.ts';
import type { Registry } from '../../stages/registry.ts';
import { standardRegistry } from '../../stages/standard-registry.ts';
import { checkOutputs } from '../check-outputs.ts';
import { createDigester, type Digester } from '../digest-files.ts';
import { createFacts } from '../facts.ts';
import { hubCache } from '../hub/hub-cache.ts';
import { openStore, type Store } from '../store.ts';
import type { Context } from './context.ts';
import { givenParams } from './given-params.ts';
import type { ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { projectFolder } from './project-folder.ts';
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
  /** Where a word of the command line stands. */
  readonly placeOf: (word: string) => Span;
}

export interface Checked {
  /** Absent where there are errors. */
  readonly pipeline: Pipeline | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly open: Omit<OpenProgram, 'pipeline'>;
}

/** Throws `Failure` where the file or the command line is wrong; what is wrong with the program is in the result. */
export async function checkProgram(context: Context, file: string, flags: ProgramFlags): Promise<Checked> {
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
    env: host.env,
    project: {
      folder: projectFolder(folder),
      allowed: flags.allowRead.map((given) => resolve(host.cwd, given)),
    },
    digest: (absolute) => digester.digest(absolute),
    machine: host.machine,
    hub: { cache: hubCache(host.env), offline: flags.offline === true || isSet(host.env['HF_HUB_OFFLINE']) },
    ...(kept ? { cacheDirectory: store.path('cache', 'facts') } : {}),
  });
  const { params, problems } = await givenParams(context, flags);
  const parsed = parse(source);
  const resolvePath = (given: string, from?: string): string =>
    absolutePath(given, from === undefined ? folder : dirname(from));
  const { pipeline, diagnostics } = compile(parsed.file, parsed.diagnostics, {
    params,
    registry,
    facts,
    resolvePath,
    plugin: await loadPlugins(usedPackages(parsed.file, { facts, resolvePath }), path),
  });
  const reads = { programFile: path, sources: facts.sources(), show };
  const clashes = pipeline === undefined ? [] : checkOutputs(pipeline, reads);
  return {
    pipeline: problems.length + clashes.length > 0 ? undefined : pipeline,
    diagnostics: [...problems, ...withoutMissing(diagnostics, problems), ...clashes],
    open: { registry, store, digester, path, show, placeOf: (word) => context.commandLine.spanOf(word) },
  };
}

/** Loads every package once; answers for those. */
async function loadPlugins(
  used: readonly UsedPackage[],
  program: string,
): Promise<NonNullable<CompileSettings['plugin']>> {
  const known = new Map<string, Fact<Plugin>>();
  const identity = (name: string, file: string | undefined): string =>
    JSON.stringify([name, file ?? program]);
  for (const { name, file } of used) {
    const { loadPlugin } = await import('../plugins.ts');
    const at = identity(name, file);
    if (!known.has(at)) known.set(at, await loadPlugin(name, file ?? program));
  }
  return (name, file) => known.get(identity(name, file)) ?? { state: 'unknown' };
}

/** A parameter whose `--set` cannot be read is not missing as well. */
function withoutMissing(
  diagnostics: readonly Diagnostic[],
  problems: readonly Diagnostic[],
): readonly Diagnostic[] {
  return problems.length === 0 ? diagnostics : diagnostics.filter(({ code }) => code !== 'missing-parameter');
}

/** Throws `Failure` with all that is wrong; shows warnings. */
export async function openProgram(
  context: Context,
  file: string,
  flags: ProgramFlags & { readonly quiet?: boolean },
): Promise<OpenProgram> {
  const { pipeline, diagnostics, open } = await checkProgram(context, file, flags);
  if (pipeline === undefined) throw new Failure(...diagnostics);
  if (flags.quiet !== true) showProblems(diagnostics, context.host, flags);
  return { ...open, pipeline };
}

/** As huggingface_hub reads its variables. */
function isSet(value = ''): boolean {
  return ['1', 'true', 'yes', 'on'].includes(value.toLowerCase());
}

function absolutePath(path: string, folder: string): string {
  return isAbsolute(path) ? path : resolve(join(folder, path));
}

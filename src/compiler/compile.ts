// The whole compilation: a file's tree to a pipeline that is resolved, typed, defaulted, expanded, acyclic and leak-free as
// far as the graph shows. Reports everything that is wrong at once; never throws on what a program says.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics, type Diagnostic, type Note } from '../parser/diagnostic.ts';
import type { Source } from '../parser/source.ts';
import type { Fact, Facts } from '../stages/facts.ts';
import type { Plugin } from '../stages/plugin.ts';
import type { Registry } from '../stages/registry.ts';
import { checkSteps } from './check-steps.ts';
import { isDamaged } from './damage.ts';
import { reportIdentical, reportUnusedVariables } from './identical.ts';
import { orderSteps } from './order.ts';
import type { GivenParam } from './given-value.ts';
import type { Pipeline } from './pipeline.ts';
import { resolveSteps } from './resolve-steps.ts';
import { collectTargets, defaultTargets, reportUnused } from './targets.ts';
import { openUnits, type OpenUnits } from './units.ts';

export interface CompileSettings {
  readonly params: readonly GivenParam[];
  readonly registry: Registry;
  readonly facts: Facts;
  /** Makes a path absolute that is relative to the program, or to the file that imports it (absolute). */
  resolvePath(path: string, file?: string): string;
  /** The package that `use` names in a file (absolute; nothing for the program itself): loaded already. */
  plugin?(name: string, file: string | undefined): Fact<Plugin>;
}

export interface Compilation {
  /** Absent where there are errors. */
  readonly pipeline: Pipeline | undefined;
  /** By place; of more than a thousand, a thousand, errors before warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Nobody reads more, and a program with more mistakes than this is no program. */
const most = 1000;

/** `parsed` are the problems of reading the file: sorted in among those found here. */
export function compile(
  file: Ast.File,
  parsed: readonly Diagnostic[],
  settings: CompileSettings,
): Compilation {
  const found = new Diagnostics();
  const units = openUnits(file, parsed, settings, found);
  const pipeline = units.complete ? build(units, found) : undefined;
  const diagnostics = new Diagnostics();
  for (const { parsed: problems } of units.files.values())
    for (const entry of problems) diagnostics.add(entry);
  for (const entry of found.sorted()) {
    const damage = units.files.get(entry.span.source)?.damage;
    if (damage === undefined || !isDamaged(entry.span, damage.places)) diagnostics.add(entry);
  }
  const all = diagnostics.sorted();
  const errors = all.filter(({ severity }) => severity === 'error');
  const told = all.length <= most ? all : errors.length > 0 ? errors.slice(0, most) : all.slice(0, most);
  const sorted = told.map((entry) => withImport(entry, units));
  return { pipeline: diagnostics.hasErrors ? undefined : pipeline, diagnostics: sorted };
}

function build(units: OpenUnits, diagnostics: Diagnostics): Pipeline | undefined {
  const { root, all } = units;
  const whole = [...units.files.values()].every(({ damage }) => damage.places.length === 0);
  const resolved = all.flatMap(({ program, instances }) => resolveSteps(instances, program));
  const ordered = orderSteps(resolved, root.program);
  if (ordered === undefined) return undefined;
  const steps = checkSteps(ordered, root.program);
  // Never plan what could not be read: a step without an option would run as if the program did not give it.
  const unread = ordered.find(({ complete }) => !complete);
  if (unread !== undefined && !diagnostics.hasErrors && whole)
    throw new Error(`\`${unread.id}\` could not be resolved, and nothing says why`);
  if (whole) for (const { program } of all) reportUnusedVariables(program);
  if (whole && !diagnostics.hasErrors) reportIdentical(steps, root.program);
  const pipeline: Pipeline = {
    source: root.program.file.source,
    steps,
    targets: collectTargets(steps, all),
    defaultTargets: defaultTargets(steps),
    params: units.params,
    importedParams: units.importedParams,
  };
  if (!diagnostics.hasErrors) reportUnused(steps, pipeline, root.program);
  return pipeline;
}

/** A problem in an imported file says who imports it. */
function withImport(entry: Diagnostic, { files }: OpenUnits): Diagnostic {
  const notes: Note[] = [];
  const seen = new Set<Source>();
  for (let at = entry.span.source; !seen.has(at);) {
    seen.add(at);
    const importedAt = files.get(at)?.importedAt;
    if (importedAt === undefined) break;
    notes.push({ span: importedAt, message: 'imported here' });
    at = importedAt.source;
  }
  return notes.length === 0 ? entry : { ...entry, notes: [...entry.notes, ...notes] };
}

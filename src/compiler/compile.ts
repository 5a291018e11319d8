// The whole compilation: a file's tree to a pipeline that is resolved, typed, defaulted, expanded, acyclic and leak-free as
// far as the graph shows. Reports everything that is wrong at once; never throws on what a program says.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics, type Diagnostic } from '../parser/diagnostic.ts';
import type { Facts } from '../stages/facts.ts';
import type { Registry } from '../stages/registry.ts';
import { checkSteps } from './check-steps.ts';
import { findDamage, isDamaged, type Damage } from './damage.ts';
import { constant } from './evaluate.ts';
import { expand } from './expand.ts';
import { functionNames, unsupportedFunctions } from './functions.ts';
import { reportIdentical } from './identical.ts';
import { collectNames } from './names.ts';
import { orderSteps } from './order.ts';
import { checkTypes, evaluateParams, type GivenParam } from './params.ts';
import type { Pipeline } from './pipeline.ts';
import type { Program } from './program.ts';
import { resolveSteps } from './resolve-steps.ts';
import { collectTargets, defaultTargets, reportUnused } from './targets.ts';

/** The newest language version this compiler knows. */
const languageVersion = 1;

export interface CompileSettings {
  readonly params: readonly GivenParam[];
  readonly registry: Registry;
  readonly facts: Facts;
  /** Makes a path that is relative to the program absolute. */
  resolvePath(path: string): string;
}

export interface Compilation {
  /** Absent where there are errors. */
  readonly pipeline: Pipeline | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** `parsed` are the problems of reading the file: sorted in among those found here. */
export function compile(
  file: Ast.File,
  parsed: readonly Diagnostic[],
  settings: CompileSettings,
): Compilation {
  const damage = findDamage(file, parsed);
  const found = new Diagnostics();
  const pipeline = build(file, damage, settings, found);
  const diagnostics = new Diagnostics();
  for (const entry of parsed) diagnostics.add(entry);
  for (const entry of found.sorted()) {
    const here = entry.span.source === file.source;
    if (!here || !isDamaged(entry.span, damage.places)) diagnostics.add(entry);
  }
  return { pipeline: diagnostics.hasErrors ? undefined : pipeline, diagnostics: diagnostics.sorted() };
}

function build(
  file: Ast.File,
  damage: Damage,
  settings: CompileSettings,
  diagnostics: Diagnostics,
): Pipeline | undefined {
  checkVersion(file, diagnostics);
  const names = collectNames(file, diagnostics);
  checkTypes(names, diagnostics);
  const base = {
    file,
    registry: settings.registry,
    facts: settings.facts,
    diagnostics,
    names,
    damage,
    constants: new Map(),
    resolvePath: (path: string) => settings.resolvePath(path),
  };
  const params = evaluateParams(settings.params, base);
  const program: Program = { ...base, params: params.values };
  checkConstants(program);

  const instances = expand(program);
  if (instances === undefined) return undefined;
  const ordered = orderSteps(resolveSteps(instances, program), program);
  if (ordered === undefined) return undefined;
  const steps = checkSteps(ordered, program);
  if (!diagnostics.hasErrors && damage.places.length === 0) reportIdentical(steps, program);
  const pipeline: Pipeline = {
    source: file.source,
    steps,
    targets: collectTargets(steps, instances, program),
    defaultTargets: defaultTargets(steps),
    params: params.checked,
  };
  if (!diagnostics.hasErrors) reportUnused(steps, pipeline, program);
  return pipeline;
}

function checkVersion(file: Ast.File, diagnostics: Diagnostics): void {
  file.declarations.forEach((declaration, i) => {
    if (declaration.node !== 'version') return;
    if (i > 0) {
      diagnostics.add({
        code: 'language-version',
        message: 'the language version stands first in a file',
        span: declaration.span,
        hint: `move \`fsl ${declaration.number}\` to the top`,
      });
    } else if (declaration.number > languageVersion || declaration.number < 1) {
      diagnostics.add({
        code: 'language-version',
        message: `this fslrun knows version ${languageVersion} of the language, and the file asks for ${declaration.number}`,
        span: declaration.span,
        hint:
          declaration.number < 1
            ? 'versions start at 1'
            : 'install a newer fslrun, or lower the number if the file needs nothing new',
      });
    }
  });
}

/** Constants that nothing uses can be wrong too. Those that an option gives its meaning are read where they are used. */
function checkConstants(program: Program): void {
  for (const declaration of program.names.lets.values()) {
    const { value } = declaration;
    const later =
      value.node === 'call'
        ? !functionNames.includes(value.callee.text) && !unsupportedFunctions.has(value.callee.text)
        : ['list', 'map', 'per-label', 'reference'].includes(value.node);
    if (!later) constant(declaration, program);
  }
}

// The files of a program, each with values for its parameters: the program itself, and every use that an `import` makes of
// another file. Two uses of one file are two units over the same tree.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostic, Diagnostics } from '../parser/diagnostic.ts';
import { parse } from '../parser/parse.ts';
import type { Source, Span } from '../parser/source.ts';
import type { CompileSettings } from './compile.ts';
import { findDamage, type Damage } from './damage.ts';
import { circularConstants } from './constant-order.ts';
import { constant } from './evaluate.ts';
import { expand, instanceLimit, type Budget, type Instances } from './expand.ts';
import { functionNames } from './functions.ts';
import { importArguments } from './import-arguments.ts';
import { collectNames } from './names.ts';
import type { GivenParam } from './given-value.ts';
import { checkTypes } from './check-param.ts';
import { optionWords } from './option-words.ts';
import { evaluateParams } from './params.ts';
import type { CheckedParam } from './pipeline.ts';
import type { Program } from './program.ts';
import { referencedNames } from './referenced-names.ts';
import { unitRegistry } from './unit-registry.ts';
import { plainText } from './used-packages.ts';
import { checkVersion } from './version.ts';

export interface Unit {
  readonly program: Program;
  /** Of its own stages, by their name in the file. */
  readonly instances: Instances;
}

/** What there is once for a file, however often it is imported. */
export interface OpenFile {
  readonly file: Ast.File;
  readonly parsed: readonly Diagnostic[];
  readonly damage: Damage;
  /** Where it was imported first; nothing for the program itself. */
  readonly importedAt: Span | undefined;
}

export interface OpenUnits {
  readonly root: Unit;
  /** Imported files come before the files that import them. */
  readonly all: readonly Unit[];
  readonly files: ReadonlyMap<Source, OpenFile>;
  readonly params: readonly CheckedParam[];
  readonly importedParams: ReadonlyMap<string, readonly CheckedParam[]>;
  /** False where there are too many steps to go on. */
  readonly complete: boolean;
}

/** More are a mistake: files that import others twice, which import others twice, … */
const unitLimit = 1_000;

/** What all files share while they are opened. */
interface Opening {
  readonly settings: CompileSettings;
  readonly diagnostics: Diagnostics;
  readonly files: Map<Source, OpenFile>;
  readonly byPath: Map<string, OpenFile>;
  readonly all: Unit[];
  readonly importedParams: Map<string, readonly CheckedParam[]>;
  readonly budget: Budget;
  units: number;
}

/** One use of a file. */
interface Use {
  readonly open: OpenFile;
  readonly given: readonly GivenParam[];
  /** `data.` for the stages of `import … as data`. */
  readonly prefix: string;
  /** Absolute; nothing for the program itself. */
  readonly path: string | undefined;
  /** The files that lead here, outermost first. */
  readonly chain: readonly OpenFile[];
}

export function openUnits(
  file: Ast.File,
  parsed: readonly Diagnostic[],
  settings: CompileSettings,
  diagnostics: Diagnostics,
): OpenUnits {
  const open: OpenFile = { file, parsed, damage: findDamage(file, parsed), importedAt: undefined };
  const opening: Opening = {
    settings,
    diagnostics,
    files: new Map([[file.source, open]]),
    byPath: new Map(),
    all: [],
    importedParams: new Map(),
    budget: { left: instanceLimit },
    units: 0,
  };
  const use: Use = { open, given: settings.params, prefix: '', path: undefined, chain: [open] };
  const { unit, params } = openUnit(use, opening);
  return {
    root: unit,
    all: opening.all,
    files: opening.files,
    params,
    importedParams: opening.importedParams,
    complete: opening.budget.left >= 0 && opening.units <= unitLimit,
  };
}

function openUnit(
  use: Use,
  opening: Opening,
): { readonly unit: Unit; readonly params: readonly CheckedParam[] } {
  const { settings, diagnostics } = opening;
  const { file, damage } = use.open;
  opening.units += 1;
  checkVersion(file, diagnostics);
  const names = collectNames(file, diagnostics);
  checkTypes(names, diagnostics);
  const imports = new Map<string, Unit | undefined>();
  const base = {
    file,
    registry: unitRegistry(file, use.path, settings, diagnostics),
    facts: settings.facts,
    diagnostics,
    names,
    damage,
    constants: new Map(),
    prefix: use.prefix,
    imports,
    resolvePath: (path: string) => settings.resolvePath(path, use.path),
  };
  const params = evaluateParams(use.given, base);
  if (use.prefix !== '') opening.importedParams.set(use.prefix, params.checked);
  const program: Program = { ...base, params: params.values };
  checkConstants(program);
  for (const [name, declaration] of names.imports)
    imports.set(name, openImport(declaration, use, program, opening));
  const unit: Unit = { program, instances: expand(program, opening.budget) };
  opening.all.push(unit);
  return { unit, params: params.checked };
}

function openImport(declaration: Ast.Import, use: Use, program: Program, opening: Opening): Unit | undefined {
  const found = importedFile(declaration, program, opening);
  if (found === undefined) return undefined;
  const { open, path } = found;
  const chain = [...use.chain, open];
  if (use.chain.includes(open)) {
    const circle = chain.slice(chain.indexOf(open));
    opening.diagnostics.add({
      code: 'cycle',
      message:
        circle.length === 2
          ? 'the file imports itself'
          : `these files import each other: ${circle.map(({ file }) => `\`${file.source.path}\``).join(' -> ')}`,
      span: declaration.path.span,
      hint: 'move what both need into a third file, and import that one',
    });
    return undefined;
  }
  if (opening.units > unitLimit) return undefined; // told already
  if (opening.units === unitLimit) {
    opening.units += 1;
    opening.diagnostics.add({
      code: 'out-of-range',
      message: `the program imports files more than ${unitLimit.toLocaleString('en')} times`,
      span: declaration.path.span,
      hint: 'files that import others several times multiply: import a file once, and go through values with `each`',
    });
    return undefined;
  }
  const given = importArguments(declaration, open.file, program);
  const prefix = `${use.prefix}${declaration.name.text}.`;
  return openUnit({ open, given, prefix, path, chain }, opening).unit;
}

/** The tree of the file that an `import` names; reports where there is none. */
function importedFile(
  declaration: Ast.Import,
  program: Program,
  opening: Opening,
): { readonly open: OpenFile; readonly path: string } | undefined {
  if (declaration.path.node === 'hole') return undefined;
  const text = plainText(declaration.path);
  if (text === undefined) {
    // Which file is imported is known from the text alone, so that a reader and an editor know it too.
    program.diagnostics.add({
      code: 'wrong-type',
      message: 'the path of an `import` is written out, without `${…}`',
      span: declaration.path.span,
      hint: 'pass what differs as a parameter: `import "./other.fsl" as other { name: value }`',
    });
    return undefined;
  }
  const path = program.resolvePath(text);
  const known = opening.byPath.get(path);
  if (known !== undefined) return { open: known, path };
  const fact = program.facts.source(path);
  if (fact.state === 'wrong') program.diagnostics.add({ span: declaration.path.span, ...fact.problem });
  if (fact.state !== 'known') return undefined;
  const same = [...opening.files.values()].find(({ file }) => file.source.path === fact.value.path);
  const { file, diagnostics: parsed } =
    same === undefined ? parse(fact.value) : { file: same.file, diagnostics: same.parsed };
  const open = same ?? {
    file,
    parsed,
    damage: findDamage(file, parsed),
    importedAt: declaration.path.span,
  };
  opening.byPath.set(path, open);
  opening.files.set(file.source, open);
  return { open, path };
}

/** Constants that nothing uses can be wrong too. Those that an option gives its meaning are read where they are used. */
function checkConstants(program: Program): void {
  const circular = circularConstants(program.names);
  const told = new Set<string>();
  for (const declaration of program.names.lets.values()) {
    const { value } = declaration;
    const later =
      value.node === 'call'
        ? !functionNames.includes(value.callee.text)
        : ['list', 'map', 'per-label', 'deviations', 'reference'].includes(value.node);
    if (!later) constant(declaration, program);
    else {
      const { text } = declaration.name;
      if (!circular.has(text) || !leadsTo(declaration, new Set([text]), program)) continue;
      // One of a circle stands for all of them.
      if (!leadsTo(declaration, told, program)) constant(declaration, program);
    }
    if (circular.has(declaration.name.text)) told.add(declaration.name.text);
  }
}

/** Whether a constant needs one of those, directly or through others, even if options take as words what they know. */
function leadsTo(declaration: Ast.Let, names: ReadonlySet<string>, program: Program): boolean {
  const { lets } = program.names;
  const words = optionWords(program.registry);
  const open = [declaration];
  const seen = new Set(open);
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const name of referencedNames(at.value)) {
      if (words.has(name)) continue;
      if (names.has(name)) return true;
      const next = lets.get(name);
      if (next !== undefined && !seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
    }
  return false;
}

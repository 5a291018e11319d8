// The packages that a program and the files it imports ask for with `use`: they are loaded before anything is compiled.
import type * as Ast from '../parser/ast.ts';
import { parse } from '../parser/parse.ts';
import type { CompileSettings } from './compile.ts';

export interface UsedPackage {
  readonly name: string;
  /** The file that asks for it, absolute; nothing for the program itself. */
  readonly file: string | undefined;
}

export function usedPackages(
  program: Ast.File,
  settings: Pick<CompileSettings, 'facts' | 'resolvePath'>,
): readonly UsedPackage[] {
  const used: UsedPackage[] = [];
  const seen = new Set<string>();
  const visit = (file: Ast.File, path: string | undefined): void => {
    for (const declaration of file.declarations) {
      if (declaration.node === 'use') {
        const name = plainText(declaration.package);
        if (name !== undefined) used.push({ name, file: path });
      }
      const imported = declaration.node === 'import' ? plainText(declaration.path) : undefined;
      if (imported === undefined) continue;
      const next = settings.resolvePath(imported, path);
      const fact = seen.has(next) ? undefined : settings.facts.source(next);
      seen.add(next);
      if (fact?.state === 'known') visit(parse(fact.value).file, next);
    }
  };
  visit(program, undefined);
  return used;
}

/** Nothing where it is missing or computed. */
export function plainText(expr: Ast.Text | Ast.Hole): string | undefined {
  if (expr.node === 'hole' || !expr.parts.every((part) => typeof part === 'string')) return undefined;
  return expr.parts.join('');
}

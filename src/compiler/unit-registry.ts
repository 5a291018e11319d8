// The stage kinds of one file: those of FSL, and those of the packages that it uses.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostics } from '../parser/diagnostic.ts';
import type { StageDefinition } from '../stages/stage.ts';
import { createRegistry, type Registry } from '../stages/registry.ts';
import type { CompileSettings } from './compile.ts';
import { plainText } from './used-packages.ts';

/** `path`: of the file, absolute; nothing for the program itself. */
export function unitRegistry(
  file: Ast.File,
  path: string | undefined,
  settings: CompileSettings,
  diagnostics: Diagnostics,
): Registry {
  const { registry } = settings;
  const kinds: StageDefinition[] = [];
  const from = new Map<string, { readonly name: string; readonly use: Ast.Use }>();
  for (const use of file.declarations) {
    if (use.node !== 'use' || use.package.node === 'hole') continue;
    const { span } = use.package;
    const name = plainText(use.package);
    if (name === undefined) {
      diagnostics.add({
        code: 'wrong-type',
        message: 'the name of a package is written out, without `${…}`',
        span,
      });
      continue;
    }
    const fact = settings.plugin?.(name, path) ?? { state: 'unknown' };
    if (fact.state === 'wrong') diagnostics.add({ span, ...fact.problem });
    if (fact.state !== 'known') continue;
    for (const definition of fact.value.stages) {
      const other = from.get(definition.name);
      if (registry.kind(definition.name) === undefined && other === undefined) {
        kinds.push(definition);
        from.set(definition.name, { name, use });
        continue;
      }
      if (other?.name === name) continue; // the same package twice
      diagnostics.add({
        code: 'bad-plugin',
        message: `\`${name}\` has a stage kind \`${definition.name}\`, ${other === undefined ? 'which FSL has already' : `and \`${other.name}\` has one too`}`,
        span,
        ...(other === undefined
          ? {}
          : { notes: [{ span: other.use.span, message: `\`${other.name}\` is used here` }] }),
        hint: 'a file knows each kind from one place: leave one of the packages out',
      });
    }
  }
  return kinds.length === 0 ? registry : createRegistry([...registry.kinds, ...kinds], registry.builtins);
}

// The arguments of an `import`: expressions of the importing file, as values for the parameters of the imported one.
import type * as Ast from '../parser/ast.ts';
import { evaluate } from './evaluate.ts';
import type { GivenParam } from './given-value.ts';
import { fileScope, type Program } from './program.ts';
import { isDeclared } from './resolve-option.ts';
import type { Value } from './value.ts';

export function importArguments(
  { entries }: Ast.Import,
  imported: Ast.File,
  program: Program,
): readonly GivenParam[] {
  const given = new Map<string, GivenParam>();
  const names = new Map<string, Ast.Name>();
  for (const { name, value: expr } of entries) {
    const earlier = names.get(name.text);
    if (earlier !== undefined) {
      program.diagnostics.add({
        code: 'duplicate-option',
        message: `\`${name.text}\` is given twice`,
        span: name.span,
        notes: [{ span: earlier.span, message: 'first given here' }],
      });
      continue;
    }
    names.set(name.text, name);
    const value = word(expr, name.text, imported, program) ?? evaluate(expr, fileScope, program);
    given.set(name.text, {
      name: name.text,
      value: value === undefined ? { form: 'wrong' } : { form: 'value', value },
      from: 'import',
      span: expr.span,
      nameSpan: name.span,
      resolvePath: (path) => program.resolvePath(path),
    });
  }
  return [...given.values()];
}

/** A bare word that the parameter's type lists. */
function word(expr: Ast.Expr, param: string, imported: Ast.File, program: Program): Value | undefined {
  if (expr.node !== 'reference' || expr.forced || isDeclared(expr.name.text, fileScope, program))
    return undefined;
  const declared = imported.declarations.find((one) => one.node === 'param' && one.name.text === param);
  const type = declared?.node === 'param' ? declared.type : undefined;
  if (type?.node !== 'enum-type') return undefined;
  const words = type.values.map(({ parts }) => parts.filter((part) => typeof part === 'string').join(''));
  return words.includes(expr.name.text) ? { type: 'string', value: expr.name.text } : undefined;
}

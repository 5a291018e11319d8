// `search.NAME` inside a block: a placeholder that every trial fills, once every value it can take has been checked against
// the option it stands at.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { OptionKind } from '../stages/option.ts';
import type { Json, Placeholder, Space } from '../stages/value.ts';
import { checkValue } from './check-value.ts';
import { resolvedChoiceText } from './choice-text.ts';
import type { Program, Scope } from './program.ts';
import { resolveOption } from './resolve-option.ts';

/** A name of the search space of the block around a place. */
export interface Searched {
  readonly name: string;
  readonly space: Space;
  /** The expressions of a `choice`. */
  readonly choices: readonly Ast.Expr[] | undefined;
}

/** Whether the expression is `search.NAME`, known or not, in a block whose word for it is not hidden by a declaration. */
export function isSearch(expr: Ast.Expr, scope: Scope): expr is Ast.Member & { object: Ast.Reference } {
  return (
    scope.block !== undefined &&
    expr.node === 'member' &&
    expr.object.node === 'reference' &&
    !expr.object.forced &&
    expr.object.name.text === scope.block.declaration.search
  );
}

/** What `search.NAME` means; reports a name that the space lacks. */
export function searched(expr: Ast.Member, scope: Scope, program: Program): Searched | undefined {
  const { block } = scope;
  if (block === undefined) return undefined;
  const found = block.spaces.get(expr.name.text);
  if (found !== undefined) {
    block.used.add(found.name);
    return found;
  }
  if (expr.name.text === '' || block.broken.has(expr.name.text)) return undefined;
  const names = [...block.spaces.keys()];
  const near = suggest(expr.name.text, names);
  program.diagnostics.add({
    code: 'unknown-name',
    message: `\`${block.declaration.search}\` has no \`${expr.name.text}\``,
    span: expr.name.span,
    ...(near !== undefined
      ? { hint: `did you mean \`${near}\`?`, fix: { span: expr.name.span, text: near } }
      : {
          hint:
            names.length === 0
              ? `give it something to choose from: \`${block.declaration.search}: { ${expr.name.text}: choice(…) }\``
              : `it has ${names.map((name) => `\`${name}\``).join(', ')}`,
        }),
  });
  return undefined;
}

export function resolveSearch(
  expr: Ast.Member,
  kind: OptionKind,
  scope: Scope,
  program: Program,
): Json | undefined {
  const found = searched(expr, scope, program);
  if (found === undefined) return undefined;
  const placeholder: Placeholder = { $search: found.name };
  if (found.choices !== undefined) {
    const outside: Scope = { bindings: scope.bindings };
    const cases = found.choices.map((choice) => resolveOption(choice, kind, outside, program));
    for (const choice of found.choices) {
      const text = resolvedChoiceText(choice, kind, outside, program);
      const known = scope.block?.choiceTexts.get(choice);
      // The same one whichever of several options comes first.
      if (known === undefined || JSON.stringify(text) < JSON.stringify(known))
        scope.block?.choiceTexts.set(choice, text);
    }
    return cases.every((value) => value !== undefined) ? { ...placeholder, cases } : undefined;
  }
  if (found.space.space === 'choice') return undefined;
  const { space, low, high } = found.space;
  const type = space === 'int' ? 'int' : 'float';
  const fits = [low, high].every((value) => checkValue({ type, value }, kind, expr, program) !== undefined);
  return fits ? { ...placeholder } : undefined;
}

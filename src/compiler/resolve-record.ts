// A map whose keys are declared: `{ gpu: 1, memory: 8GB }`.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { OptionKind } from '../stages/option.ts';
import type { Json } from '../stages/value.ts';
import { listWords, wrongType } from './check-value.ts';
import { evaluate } from './evaluate.ts';
import type { Program, Scope } from './program.ts';
import { resolveOption } from './resolve-option.ts';

export function resolveRecord(
  expr: Ast.Expr,
  { fields }: Extract<OptionKind, { readonly type: 'record' }>,
  scope: Scope,
  program: Program,
): Json | undefined {
  const names = Object.keys(fields);
  if (expr.node !== 'map') {
    const value = evaluate(expr, scope, program);
    if (value !== undefined)
      wrongType(expr, `a map \`{ … }\` of ${listWords(names)}, written in place`, value, program);
    return undefined;
  }
  const result: Record<string, Json> = {};
  const seen = new Map<string, Ast.Name>();
  let complete = true;
  for (const { name, value } of expr.entries) {
    const earlier = seen.get(name.text);
    seen.set(name.text, name);
    const field = Object.hasOwn(fields, name.text) ? fields[name.text] : undefined;
    const resolved = field === undefined ? undefined : resolveOption(value, field.kind, scope, program);
    if (resolved === undefined || earlier !== undefined) complete = false;
    else result[name.text] = resolved;
    if (earlier !== undefined) {
      program.diagnostics.add({
        code: 'duplicate-option',
        message: `the key \`${name.text}\` stands in the map twice`,
        span: name.span,
        notes: [{ span: earlier.span, message: 'first here' }],
      });
    } else if (field === undefined) {
      const near = suggest(name.text, names);
      program.diagnostics.add({
        code: 'unknown-option',
        message: `there is no \`${name.text}\` here`,
        span: name.span,
        hint: near === undefined ? `the keys are ${listWords(names)}` : `did you mean \`${near}\`?`,
        ...(near === undefined ? {} : { fix: { span: name.span, text: near } }),
      });
    }
  }
  return complete ? result : undefined;
}

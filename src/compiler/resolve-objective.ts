// `maximize: score.macro_f1`: a metric of the report of a stage in the block. Whether the stage measures it is checked later.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { Json } from '../stages/value.ts';
import { listWords } from './check-value.ts';
import type { Program, Scope } from './program.ts';

export function resolveObjective(expr: Ast.Expr, scope: Scope, program: Program): Json | undefined {
  if (expr.node === 'hole') return undefined;
  const names = [...(scope.block?.stages.keys() ?? [])];
  if (expr.node !== 'member' || expr.object.node !== 'reference') {
    program.diagnostics.add({
      code: 'wrong-type',
      message: 'expected a metric of a stage in the block',
      span: expr.span,
      hint: 'write `score.macro_f1`, where `score` is an `evaluate` inside the block',
    });
    return undefined;
  }
  const { name } = expr.object;
  const stage = scope.block?.stages.get(name.text);
  if (stage !== undefined) return { stage, metric: expr.name.text };
  const near = suggest(name.text, names);
  program.diagnostics.add({
    code: 'unknown-name',
    message: `no stage in the block is called \`${name.text}\``,
    span: name.span,
    ...(near === undefined
      ? names.length === 0
        ? { hint: 'put an `evaluate` into the block' }
        : { hint: `the block has ${listWords(names)}` }
      : { hint: `did you mean \`${near}\`?`, fix: { span: name.span, text: near } }),
  });
  return undefined;
}

// The functions that read the world: `env`, `read`, `secret`. What the first two give is a value like any other, and enters
// keys; a secret is only a name until a stage runs.
import type * as Ast from '../parser/ast.ts';
import type { Code } from '../parser/codes.ts';
import type { Program } from './program.ts';
import { describe, type Value } from './value.ts';

export const worldFunctions = ['env', 'read', 'secret'] as const;
type WorldFunction = (typeof worldFunctions)[number];

export function readsWorld(name: string): name is WorldFunction {
  return worldFunctions.some((known) => known === name);
}

/** Reports what is wrong and then gives `undefined`. */
export function callWorld(
  name: WorldFunction,
  expr: Ast.Call,
  values: readonly Value[],
  program: Program,
): Value | undefined {
  const [first, second, third] = values;
  const at = (i: number): Ast.Expr => expr.arguments[i]?.value ?? expr;
  const wrong = (code: Code, message: string, place: Ast.Expr, hint?: string): undefined => {
    program.diagnostics.add({ code, message, span: place.span, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };
  const takes = {
    env: 'a name, and perhaps a text for when it is not set',
    read: 'a path',
    secret: 'a name',
  };
  if (first === undefined || third !== undefined || (second !== undefined && name !== 'env'))
    return wrong('wrong-type', `\`${name}\` takes ${takes[name]}`, expr);
  if (first.type !== 'string')
    return wrong('wrong-type', `\`${name}\` takes ${takes[name]}, found ${describe(first)}`, at(0));
  if (name === 'read') return readText(first.value, at(0), program);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(first.value))
    return wrong('wrong-type', `\`${first.value}\` is not the name of an environment variable`, at(0));
  if (name === 'secret') return { type: 'secret', name: first.value };
  if (second !== undefined && second.type !== 'string')
    return wrong('wrong-type', `the second of \`env\` is a text, found ${describe(second)}`, at(1));
  const value = program.facts.env(first.value);
  if (value !== undefined) return { type: 'string', value };
  return (
    second ??
    wrong(
      'unset-variable',
      `the environment variable \`${first.value}\` is not set`,
      at(0),
      `set it (\`export ${first.value}=…\`), or say what to take instead: \`env("${first.value}", "…")\``,
    )
  );
}

/** Without the line break at its end, which editors add. */
function readText(path: string, at: Ast.Expr, program: Program): Value | undefined {
  const fact = program.facts.source(program.resolvePath(path));
  if (fact.state === 'wrong') program.diagnostics.add({ span: at.span, ...fact.problem });
  return fact.state === 'known'
    ? { type: 'string', value: fact.value.text.replace(/\r?\n$/, '') }
    : undefined;
}

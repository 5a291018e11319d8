// Names of stages to the instances they mean: inside the same `each` the instance with the same outer keys, outside it the list.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { evaluate } from './evaluate.ts';
import { instanceKey, type Instance, type Instances, type StageInstances } from './expand.ts';
import type { Program, Scope } from './program.ts';
import { toScalar, type Scalar } from './value.ts';

/** What a reference to a stage means at a place. */
export interface Referred {
  readonly stage: string;
  readonly part: string;
  readonly instances: readonly Instance[];
  /** The `each` variables over which it is a list; empty for one instance. */
  readonly missing: readonly string[];
  readonly span: Span;
}

/** Whether an expression starts with the name of a stage. */
export function startsWithStage(expr: Ast.Expr, instances: Instances, program: Program): boolean {
  switch (expr.node) {
    case 'reference':
      return instances.has(expr.name.text) || program.names.stages.has(expr.name.text);
    case 'member':
    case 'select':
      return startsWithStage(expr.object, instances, program);
    default:
      return false;
  }
}

/** `stage`, `stage.part`, `stage[key: value]`, `stage[key: value].part`. */
export function resolveReference(
  expr: Ast.Expr,
  scope: Scope,
  instances: Instances,
  program: Program,
): Referred | undefined {
  switch (expr.node) {
    case 'reference': {
      const target = instances.get(expr.name.text);
      return target === undefined
        ? noInstance(expr.name, instances, program)
        : select(target, new Map(), scope, expr.span);
    }
    case 'select': {
      if (expr.object.node !== 'reference') return misuse(expr, program);
      const target = instances.get(expr.object.name.text);
      if (target === undefined) return noInstance(expr.object.name, instances, program);
      const keys = selectedKeys(expr, target, scope, program);
      if (keys === undefined) return undefined;
      const found = select(target, keys, scope, expr.span);
      if (found.instances.length > 0) return found;
      program.diagnostics.add({
        code: 'unknown-name',
        message: `\`${target.name}\` has no instance with these keys`,
        span: expr.span,
        hint: `it has ${target.instances
          .slice(0, 6)
          .map((instance) => `\`${instance.id}\``)
          .join(', ')}${target.instances.length > 6 ? ', …' : ''}`,
      });
      return undefined;
    }
    case 'member': {
      const referred = resolveReference(expr.object, scope, instances, program);
      if (referred === undefined) return undefined;
      return referred.part === ''
        ? { ...referred, part: expr.name.text, span: expr.span }
        : misuse(expr, program);
    }
    default:
      return misuse(expr, program);
  }
}

function select(
  target: StageInstances,
  keys: ReadonlyMap<string, Scalar>,
  scope: Scope,
  span: Span,
): Referred {
  const first = target.instances[0];
  const axes = first?.scope.bindings ?? [];
  const chosen = axes.map((axis) => {
    const here = scope.bindings.find((binding) => binding.each === axis.each);
    return keys.has(axis.name) ? undefined : here;
  });
  const missing = axes
    .filter((axis, i) => chosen[i] === undefined && !keys.has(axis.name))
    .map((axis) => axis.name);
  const base = { stage: target.name, part: '', missing, span };
  const fixed = chosen.filter((binding) => binding !== undefined);
  if (fixed.length === axes.length) {
    const instance = target.byKey.get(instanceKey(fixed));
    // Declared under a `when` that another instance of the loop takes differently.
    return { ...base, instances: instance === undefined ? [] : [instance] };
  }
  const matches = target.instances.filter((instance) =>
    instance.scope.bindings.every((binding, i) => {
      const here = chosen[i];
      if (here !== undefined) return binding.ordinal === here.ordinal;
      const key = keys.get(binding.name);
      return key === undefined || key === binding.key;
    }),
  );
  return { ...base, instances: matches };
}

function selectedKeys(
  expr: Ast.Select,
  target: StageInstances,
  scope: Scope,
  program: Program,
): ReadonlyMap<string, Scalar> | undefined {
  const axes = target.instances[0]?.scope.bindings.map((binding) => binding.name) ?? [];
  const keys = new Map<string, Scalar>();
  for (const entry of expr.keys) {
    if (!axes.includes(entry.name.text)) {
      const near = suggest(entry.name.text, axes);
      program.diagnostics.add({
        code: 'unknown-name',
        message: `\`${target.name}\` is not inside an \`each ${entry.name.text}\``,
        span: entry.name.span,
        hint:
          near !== undefined
            ? `did you mean \`${near}\`?`
            : axes.length === 0
              ? 'it stands outside every `each`: leave the brackets away'
              : `its keys are ${axes.map((axis) => `\`${axis}\``).join(', ')}`,
      });
      return undefined;
    }
    const value = evaluate(entry.value, scope, program);
    const key = value === undefined ? undefined : toScalar(value);
    if (key === undefined) return undefined;
    keys.set(entry.name.text, key);
  }
  return keys;
}

function noInstance(name: Ast.Name, instances: Instances, program: Program): undefined {
  if (name.text === '' || program.damage.nameless) return undefined;
  const declared = program.names.stages.has(name.text);
  const near = declared ? undefined : suggest(name.text, [...instances.keys()]);
  program.diagnostics.add({
    code: 'unknown-name',
    message: declared
      ? `the stage \`${name.text}\` stands in a branch of \`when\` that is not taken`
      : `no stage is called \`${name.text}\``,
    span: name.span,
    ...(near === undefined
      ? {}
      : { hint: `did you mean \`${near}\`?`, fix: { span: name.span, text: near } }),
  });
  return undefined;
}

function misuse(expr: Ast.Expr, program: Program): undefined {
  if (expr.node === 'hole') return undefined;
  program.diagnostics.add({
    code: 'wrong-type',
    message: 'expected a stage, or a part of one',
    span: expr.span,
    hint: 'write `name`, `name.part` or `name[key: value].part`',
  });
  return undefined;
}

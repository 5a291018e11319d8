// Names of stages to the instances they mean: inside the same `each` the instance with the same outer keys, outside it the list.
// Stages of imported files are `data.parts`: seen from here they stand outside every `each` of this file.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { listWords } from './check-value.ts';
import { evaluate } from './evaluate.ts';
import { instancesIn, type Instance, type Instances, type StageInstances } from './expand.ts';
import { bindingOf, type Binding, type Program, type Scope } from './program.ts';
import { toScalar, type Scalar } from './value.ts';

/** What a reference to a stage means at a place. */
export interface Referred {
  /** As the file calls it: `score`, `data.score`. */
  readonly stage: string;
  readonly part: string;
  readonly instances: readonly Instance[];
  /** The `each` variables over which it is a list; empty for one instance. */
  readonly missing: readonly string[];
  readonly span: Span;
}

/** Whether an expression starts with the name of a stage or of an imported file. */
export function startsWithStage(expr: Ast.Expr, instances: Instances, program: Program): boolean {
  const { stages, imports } = program.names;
  const root = rootOf(expr)?.name.text;
  return root !== undefined && (instances.has(root) || stages.has(root) || imports.has(root));
}

/** `a` of `a`, `a.b` and `a[k: v].b`. */
export function rootOf(expr: Ast.Expr): Ast.Reference | undefined {
  if (expr.node === 'reference') return expr;
  return expr.node === 'member' || expr.node === 'select' ? rootOf(expr.object) : undefined;
}

/** `stage`, `stage.part`, `stage[key: value]`, `stage[key: value].part`; with the name of an import before the stage's. */
export function resolveReference(
  expr: Ast.Expr,
  scope: Scope,
  instances: Instances,
  program: Program,
): Referred | undefined {
  const here: View = { instances, program, path: '' };
  const target = targetOf(expr, here);
  if (target !== undefined)
    return target === 'wrong' ? undefined : select(target, new Map(), scope, expr.span);
  switch (expr.node) {
    case 'select': {
      const selected = targetOf(expr.object, here);
      if (selected === undefined) return misuse(expr, program);
      if (selected === 'wrong') return undefined;
      const keys = selectedKeys(expr, selected, scope, program);
      if (keys === undefined) return undefined;
      const found = select(selected, keys, scope, expr.span);
      if (found.instances.length > 0) return found;
      const { instances: all } = selected.stage;
      program.diagnostics.add({
        code: 'unknown-name',
        message: `\`${selected.path}\` has no instance with these keys`,
        span: expr.span,
        hint: `it has ${all
          .slice(0, 6)
          .map((instance) => `\`${instance.id}\``)
          .join(', ')}${all.length > 6 ? ', …' : ''}`,
      });
      return undefined;
    }
    case 'member': {
      const referred = resolveReference(expr.object, scope, instances, program);
      if (referred === undefined) return undefined;
      // A part of a part is what a stage gives that stands inside a stage: `best.drawn.train`.
      const part = referred.part === '' ? expr.name.text : `${referred.part}.${expr.name.text}`;
      return { ...referred, part, span: expr.span };
    }
    default:
      return misuse(expr, program);
  }
}

/** A file with its stages, and how it is called where the reference stands: `data.`. */
interface View {
  readonly instances: Instances;
  readonly program: Program;
  readonly path: string;
}

/** The stage that a reference names, all its instances. */
interface Target {
  readonly stage: StageInstances;
  /** As the reference calls it. */
  readonly path: string;
}

/** Nothing where the expression is no plain name of a stage; `wrong` after a report. */
function targetOf(expr: Ast.Expr, here: View): Target | 'wrong' | undefined {
  if (expr.node === 'reference') return stageNamed(expr.name, here);
  if (expr.node !== 'member') return undefined;
  const view = viewOf(expr.object, here);
  return view === undefined || view === 'wrong' ? view : stageNamed(expr.name, view);
}

/** The imported file that an expression names. */
function viewOf(expr: Ast.Expr, here: View): View | 'wrong' | undefined {
  const outer =
    expr.node === 'member' ? viewOf(expr.object, here) : expr.node === 'reference' ? here : undefined;
  if (outer === undefined || outer === 'wrong') return outer;
  if (expr.node !== 'reference' && expr.node !== 'member') return undefined;
  const name = expr.name.text;
  if (!outer.program.names.imports.has(name)) return undefined;
  const unit = outer.program.imports.get(name);
  return unit === undefined ? 'wrong' : { ...unit, path: `${outer.path}${name}.` };
}

function stageNamed(name: Ast.Name, view: View): Target | 'wrong' {
  const { instances, program, path } = view;
  const stage = instances.get(name.text);
  if (stage !== undefined) return { stage, path: path + name.text };
  if (!program.names.imports.has(name.text)) return noInstance(name, view);
  const some = [...(program.imports.get(name.text)?.instances.keys() ?? [])][0] ?? 'stage';
  program.diagnostics.add({
    code: 'wrong-type',
    message: `\`${path}${name.text}\` is an imported file, and a stage is expected here`,
    span: name.span,
    hint: `name one of its stages: \`${path}${name.text}.${some}\``,
  });
  return 'wrong';
}

function select(
  { stage: target, path }: Target,
  keys: ReadonlyMap<string, Scalar>,
  scope: Scope,
  span: Span,
): Referred {
  if (keys.size === 0) {
    // Branches of a `when` may declare it each in a loop of its own: the one around this place is meant.
    const near = scope.bindings
      .map((binding) => target.byRound.get(binding))
      .findLast((instance) => instance !== undefined);
    if (near !== undefined) return { stage: path, part: '', missing: [], span, instances: [near] };
  }
  const axes = target.instances[0]?.scope.bindings ?? [];
  if (keys.size === 0) {
    const around = commonLoops(axes, scope);
    const missing = axes.slice(around).map((axis) => axis.name);
    const innermost = scope.bindings[around - 1];
    const base = { stage: path, part: '', missing, span };
    if (missing.length > 0) return { ...base, instances: instancesIn(target, innermost) };
    const instance = target.byRound.get(innermost);
    // Declared under a `when` that another instance of the loop takes differently.
    return { ...base, instances: instance === undefined ? [] : [instance] };
  }
  const chosen = axes.map((axis) => {
    const here = scope.bindings.find((binding) => binding.each === axis.each);
    return keys.has(axis.name) ? undefined : here;
  });
  const missing = axes
    .filter((axis, i) => chosen[i] === undefined && !keys.has(axis.name))
    .map((axis) => axis.name);
  const matches = target.instances.filter((instance) =>
    instance.scope.bindings.every((binding, i) => {
      const here = chosen[i];
      if (here !== undefined) return binding.ordinal === here.ordinal;
      const key = keys.get(binding.name);
      return key === undefined || key === binding.key;
    }),
  );
  return { stage: path, part: '', missing, span, instances: matches };
}

/** How many of the loops around a stage are around this place too: the outermost ones, since loops nest. */
function commonLoops(axes: readonly Binding[], scope: Scope): number {
  let count = 0;
  while (count < axes.length && axes[count]?.each === scope.bindings[count]?.each) count += 1;
  return count;
}

/** A stage, or a part of one, that every instance of some other stage reads from the loops around itself. */
export interface PlainReference {
  readonly part: string;
  /** Nothing where it has no instance in this round. */
  find(scope: Scope): Instance | undefined;
}

/** For `name` and `name.part` of a stage in the same loops or outside them; nothing for what needs a closer look. */
export function plainReference(
  expr: Ast.Expr,
  scope: Scope,
  instances: Instances,
  program: Program,
): PlainReference | undefined {
  const root = expr.node === 'member' ? expr.object : expr;
  if (root.node !== 'reference') return undefined;
  const name = root.name.text;
  const { lets, params, imports } = program.names;
  const target = instances.get(name);
  if (target === undefined || lets.has(name) || params.has(name) || imports.has(name)) return undefined;
  if (bindingOf(scope, name) !== undefined) return undefined;
  const axes = target.instances[0]?.scope.bindings ?? [];
  if (commonLoops(axes, scope) < axes.length) return undefined;
  return {
    part: expr.node === 'member' ? expr.name.text : '',
    find: ({ bindings }) => target.byRound.get(bindings[axes.length - 1]),
  };
}

function selectedKeys(
  expr: Ast.Select,
  { stage, path }: Target,
  scope: Scope,
  program: Program,
): ReadonlyMap<string, Scalar> | undefined {
  const axes = stage.instances[0]?.scope.bindings.map((binding) => binding.name) ?? [];
  const keys = new Map<string, Scalar>();
  for (const entry of expr.keys) {
    if (!axes.includes(entry.name.text)) {
      const near = suggest(entry.name.text, axes);
      program.diagnostics.add({
        code: 'unknown-name',
        message: `\`${path}\` is not inside an \`each ${entry.name.text}\``,
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

function noInstance(name: Ast.Name, { instances, program, path }: View): 'wrong' {
  if (name.text === '' || program.damage.nameless) return 'wrong';
  const declared = program.names.stages.has(name.text);
  const known = [...instances.keys()];
  const near = declared ? undefined : suggest(name.text, known);
  const hint =
    near !== undefined
      ? `did you mean \`${path}${near}\`?`
      : path !== '' && !declared && known.length > 0
        ? `the stages of \`${path.slice(0, -1)}\` are ${listWords(known)}`
        : undefined;
  program.diagnostics.add({
    code: 'unknown-name',
    message: declared
      ? `the stage \`${path}${name.text}\` stands in a branch of \`when\` that is not taken`
      : path === ''
        ? `no stage is called \`${name.text}\``
        : `\`${program.file.source.path}\` has no stage \`${name.text}\``,
    span: name.span,
    ...(hint === undefined ? {} : { hint }),
    ...(near === undefined ? {} : { fix: { span: name.span, text: near } }),
  });
  return 'wrong';
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

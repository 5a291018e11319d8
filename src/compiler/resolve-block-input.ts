// What a stage inside a block reads: a fold, a stage beside it, what a `choice` decides, or something outside the block.
import type * as Ast from '../parser/ast.ts';
import { suggest } from '../parser/suggest.ts';
import type { BlockInput } from '../stages/stage.ts';
import { listWords } from './check-value.ts';
import { evaluateBool } from './evaluate.ts';
import type { Instances } from './expand.ts';
import type { CheckedInput } from './pipeline.ts';
import type { BlockScope, Program, Scope } from './program.ts';
import { rootOf } from './references.ts';
import { resolveInput, type InputPlace } from './resolve-input.ts';
import { isDeclared, warnAmbiguous } from './resolve-option.ts';
import { isSearch, searched } from './resolve-search.ts';

export type ReadInBlock =
  | { readonly from: 'block'; readonly input: BlockInput }
  | { readonly from: 'outside'; readonly input: CheckedInput }
  /** One for each value of the `choice` of that name. */
  | { readonly from: 'search'; readonly name: string; readonly inputs: readonly CheckedInput[] };

/** Nothing after a report. */
export function resolveBlockInput(
  expr: Ast.Expr,
  place: InputPlace,
  instances: Instances,
  program: Program,
): ReadInBlock | undefined {
  const { scope } = place;
  const { block } = scope;
  if (block === undefined || expr.node === 'hole') return undefined;
  if (expr.node === 'conditional') {
    const condition = evaluateBool(expr.condition, scope, program);
    if (condition === undefined) return undefined;
    return resolveBlockInput(condition ? expr.then : expr.otherwise, place, instances, program);
  }
  if (isSearch(expr, scope)) return chosenInput(expr, place, instances, program);
  const root = rootOf(expr);
  const inside = root === undefined ? undefined : insideOf(root, block);
  if (inside === 'fold' && root !== undefined) {
    warnAmbiguous(root.name, scope, program);
    return foldPart(expr, root, block, program);
  }
  if (inside === 'stage') return stagePart(expr, block, program);
  const named = listedInside(expr, block);
  if (named !== undefined) {
    program.diagnostics.add({
      code: 'not-supported',
      message: `a list names stages outside the block, and \`${named.name.text}\` stands inside it`,
      span: named.span,
      hint: `name one stage, without brackets, or move the list out of the block`,
    });
    return undefined;
  }
  if (root !== undefined && misspelt(root, scope, block, instances, program)) return undefined;
  const input = resolveInput(expr, place, instances, program);
  return input === undefined ? undefined : { from: 'outside', input };
}

function insideOf({ name, forced }: Ast.Reference, block: BlockScope): 'fold' | 'stage' | undefined {
  if (!forced && name.text === block.declaration.folds) return 'fold';
  return block.stages.has(name.text) ? 'stage' : undefined;
}

/** `fold.train` */
function foldPart(
  expr: Ast.Expr,
  root: Ast.Reference,
  { declaration }: BlockScope,
  program: Program,
): ReadInBlock | undefined {
  const parts = Object.keys(declaration.parts);
  if (expr.node === 'member' && expr.object === root) {
    const { name } = expr;
    if (parts.includes(name.text)) return { from: 'block', input: { from: 'fold', part: name.text } };
    if (name.text === '') return undefined;
    const near = suggest(name.text, parts);
    program.diagnostics.add({
      code: 'unknown-part',
      message: `\`${root.name.text}\` has no part \`${name.text}\``,
      span: name.span,
      hint:
        near === undefined
          ? `its parts are ${listWords(parts)}`
          : `did you mean \`${root.name.text}.${near}\`?`,
      ...(near === undefined ? {} : { fix: { span: name.span, text: near } }),
    });
    return undefined;
  }
  program.diagnostics.add({
    code: 'unknown-part',
    message: `\`${root.name.text}\` gives several parts`,
    span: expr.span,
    hint: `choose one: ${parts.map((part) => `\`${root.name.text}.${part}\``).join(', ')}`,
  });
  return undefined;
}

/** `candidate`, `drawn.train` */
function stagePart(expr: Ast.Expr, { stages }: BlockScope, program: Program): ReadInBlock | undefined {
  const [name, part] =
    expr.node === 'reference'
      ? [expr.name, '']
      : expr.node === 'member' && expr.object.node === 'reference'
        ? [expr.object.name, expr.name.text]
        : [];
  const stage = name === undefined ? undefined : stages.get(name.text);
  if (stage !== undefined && part !== undefined)
    return { from: 'block', input: { from: 'stage', stage, part } };
  program.diagnostics.add({
    code: 'wrong-type',
    message: 'expected a stage of the block, or a part of one',
    span: expr.span,
    hint: 'write `name` or `name.part`',
  });
  return undefined;
}

/** `search.NAME`, where each value of its `choice` is an input. */
function chosenInput(
  expr: Ast.Member,
  place: InputPlace,
  instances: Instances,
  program: Program,
): ReadInBlock | undefined {
  const found = searched(expr, place.scope, program);
  const { block } = place.scope;
  if (found === undefined || block === undefined) return undefined;
  if (found.choices === undefined) {
    program.diagnostics.add({
      code: 'wrong-type',
      message: `\`${place.name}\` takes ${place.declaration.accepts === 'files' ? 'files' : `a ${place.declaration.accepts}`}, and \`${found.name}\` is a number`,
      span: expr.span,
      hint: `name what to choose from: \`${found.name}: choice(…, …)\``,
    });
    return undefined;
  }
  const outside = { ...place, scope: { bindings: place.scope.bindings } };
  const inputs = found.choices.map((choice) => {
    const root = rootOf(choice);
    if (root === undefined || insideOf(root, block) === undefined)
      return resolveInput(choice, outside, instances, program);
    program.diagnostics.add({
      code: 'not-supported',
      message: `\`${root.name.text}\` stands inside the block, and what an input is chosen from stands outside`,
      span: choice.span,
      hint: 'choose between options of one stage instead',
    });
    return undefined;
  });
  return inputs.every((input) => input !== undefined)
    ? { from: 'search', name: found.name, inputs }
    : undefined;
}

/** The first element of a list, or value of a map, that stands inside the block. */
function listedInside(expr: Ast.Expr, block: BlockScope): Ast.Reference | undefined {
  const items =
    expr.node === 'list' ? expr.items : expr.node === 'map' ? expr.entries.map(({ value }) => value) : [];
  return items.map(rootOf).find((root) => root !== undefined && insideOf(root, block) !== undefined);
}

/** A name that nothing declares and something in the block nearly has. */
function misspelt(
  { name, forced }: Ast.Reference,
  scope: Scope,
  block: BlockScope,
  instances: Instances,
  program: Program,
): boolean {
  if (forced || name.text === '' || instances.has(name.text) || program.names.imports.has(name.text))
    return false;
  if (isDeclared(name.text, scope, program)) return false;
  const { folds, search } = block.declaration;
  const near = suggest(name.text, [...block.stages.keys(), folds, search]);
  if (near === undefined) return false;
  program.diagnostics.add({
    code: 'unknown-name',
    message: `no stage is called \`${name.text}\``,
    span: name.span,
    hint: `did you mean \`${near}\`?`,
    fix: { span: name.span, text: near },
  });
  return true;
}

// Unfolds `each` and `when`: every stage declaration to its instances, named like `score[seed=13]`.
import type * as Ast from '../parser/ast.ts';
import { evaluate, evaluateBool } from './evaluate.ts';
import { fileScope, type Binding, type Program, type Scope } from './program.ts';
import { describe, toScalar, type Scalar } from './value.ts';

export interface Instance {
  /** With the name of the import before it, where the file is imported. */
  readonly id: string;
  readonly stage: Ast.Stage;
  readonly scope: Scope;
  readonly keys: Readonly<Record<string, Scalar>>;
}

/** Instances of one stage name, findable by the values of the `each` loops around them. */
export interface StageInstances {
  readonly name: string;
  /** In the order of the loops' lists. */
  readonly instances: Instance[];
  readonly byKey: Map<string, Instance>;
}

export type Instances = ReadonlyMap<string, StageInstances>;

/** More are a mistake in a matrix, and would take minutes before anything can be said about them. */
export const instanceLimit = 200_000;

/** How many instances may still be made, in all files together; below 0 once there were too many. */
export interface Budget {
  left: number;
}

/** Not all of them where the budget is used up. */
export function expand(program: Program, budget: Budget): Instances {
  const table = new Map<string, StageInstances>();
  expandInto(program.file.declarations, fileScope, program, { table, budget });
  return table;
}

interface Expansion {
  readonly table: Map<string, StageInstances>;
  readonly budget: Budget;
}

/** The key of an instance within its stage: the values of the loops, by loop. */
export function instanceKey(bindings: readonly Binding[]): string {
  return bindings.map((binding) => `${binding.each.span.start}:${binding.ordinal}`).join('/');
}

export function stepId(name: string, keys: Readonly<Record<string, Scalar>>): string {
  const parts = Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return parts.length === 0 ? name : `${name}[${parts.join(',')}]`;
}

function expandInto(
  declarations: readonly Ast.Declaration[],
  scope: Scope,
  program: Program,
  expansion: Expansion,
): void {
  const { budget } = expansion;
  for (const declaration of declarations) {
    switch (declaration.node) {
      case 'stage':
        if (budget.left === 0) reportLimit(declaration, program);
        budget.left -= 1;
        if (budget.left < 0) return;
        addInstance(declaration, scope, program.prefix, expansion.table);
        break;
      case 'each':
        for (const binding of bindingsOf(declaration, scope, program)) {
          if (budget.left < 0) return;
          expandInto(declaration.body, { bindings: [...scope.bindings, binding] }, program, expansion);
        }
        break;
      case 'when': {
        const condition = evaluateBool(declaration.condition, scope, program);
        if (condition === undefined) break;
        expandInto(condition ? declaration.then : declaration.otherwise, scope, program, expansion);
        break;
      }
      case 'use':
        program.diagnostics.add({
          code: 'not-supported',
          message: `\`${declaration.node}\` is not run by this version of fslrun`,
          span: declaration.span,
          hint: 'write the stages into this file',
        });
        break;
      case 'import':
        if (declarations !== program.file.declarations) misplaced(declaration, program);
        break;
      case 'param':
      case 'let':
      case 'target':
      case 'defaults':
      case 'version':
        if (scope.bindings.length > 0) misplaced(declaration, program);
        break;
      default:
        declaration satisfies never;
    }
  }
}

function reportLimit(stage: Ast.Stage, program: Program): void {
  program.diagnostics.add({
    code: 'out-of-range',
    message: `the program has more than ${instanceLimit.toLocaleString('en')} steps`,
    span: stage.name.span,
    hint: 'nested `each` blocks multiply: shorten their lists',
  });
}

function misplaced(declaration: Ast.Declaration, program: Program): void {
  program.diagnostics.add({
    code: 'unexpected-text',
    message: 'only stages, `each` and `when` stand inside a block',
    span: declaration.span,
    hint: 'move the declaration out of the block: declarations need no order',
  });
}

function addInstance(
  stage: Ast.Stage,
  scope: Scope,
  prefix: string,
  table: Map<string, StageInstances>,
): void {
  const name = stage.name.text;
  let entry = table.get(name);
  if (entry === undefined) table.set(name, (entry = { name, instances: [], byKey: new Map() }));
  const keys = Object.fromEntries(scope.bindings.map((binding) => [binding.name, binding.key]));
  const key = instanceKey(scope.bindings);
  if (entry.byKey.has(key)) return; // a name declared twice: reported already
  const instance = { id: stepId(prefix + name, keys), stage, scope, keys };
  entry.byKey.set(key, instance);
  entry.instances.push(instance);
}

function bindingsOf(each: Ast.Each, scope: Scope, program: Program): Binding[] {
  const list = evaluate(each.list, scope, program);
  if (list === undefined) return [];
  if (list.type !== 'list') {
    program.diagnostics.add({
      code: 'wrong-type',
      message: `\`each\` goes through a list, found ${describe(list)}`,
      span: each.list.span,
      hint: 'write `[1, 2, 3]`, a range such as `1..10`, or a constant that is a list',
    });
    return [];
  }
  if (list.items.length === 0) {
    program.diagnostics.add({
      code: 'empty-list',
      message: 'this `each` has no elements',
      span: each.list.span,
    });
  }
  if (scope.bindings.some((binding) => binding.name === each.variable.text)) {
    program.diagnostics.add({
      code: 'duplicate-name',
      message: `\`${each.variable.text}\` is the variable of an outer \`each\` already`,
      span: each.variable.span,
      hint: 'give the inner variable another name',
    });
    return [];
  }
  const bindings: Binding[] = [];
  const seen = new Set<string>();
  list.items.forEach((value, ordinal) => {
    const key = toScalar(value);
    const span =
      each.list.node === 'list' ? (each.list.items[ordinal]?.span ?? each.list.span) : each.list.span;
    if (key === undefined) {
      program.diagnostics.add({
        code: 'wrong-type',
        message: `an element of \`each\` is a number, a text or a truth value, found ${describe(value)}`,
        span,
        hint: 'go through names, and choose by them inside: `method: head(kind: k)`',
      });
      return;
    }
    // By the key alone: `10%` and `0.1` would give two steps the same id.
    const identity = `${typeof key}:${String(key)}`;
    if (seen.has(identity)) {
      program.diagnostics.add({
        code: 'duplicate-element',
        message: `${describe(value)} stands in the list twice`,
        span,
        hint: 'each element is one instance; equal ones would be the same work twice',
      });
      return;
    }
    seen.add(identity);
    bindings.push({ each, name: each.variable.text, value, key, ordinal });
  });
  return bindings;
}

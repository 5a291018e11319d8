// Unfolds `each` and `when`: every stage declaration to its instances, named like `score[seed=13]`.
import type * as Ast from '../parser/ast.ts';
import { evaluate, evaluateBool } from './evaluate.ts';
import { fileScope, type Binding, type Program, type Scope } from './program.ts';
import { referencedNames } from './referenced-names.ts';
import { describe, toScalar, type Scalar } from './value.ts';

export interface Instance {
  /** With the name of the import before it, where the file is imported. */
  readonly id: string;
  readonly stage: Ast.Stage;
  readonly scope: Scope;
  readonly keys: Readonly<Record<string, Scalar>>;
}

/** Instances of one stage name, findable by the rounds of the `each` loops around them. */
export interface StageInstances {
  readonly name: string;
  /** In the order of the loops' lists. */
  readonly instances: Instance[];
  /** By the innermost variable around them; outside every loop, by nothing. */
  readonly byRound: Map<Binding | undefined, Instance>;
  /** By the variables further out; made when first asked for. */
  within?: ReadonlyMap<Binding, readonly Instance[]>;
}

export type Instances = ReadonlyMap<string, StageInstances>;

/** The instances in one round of a loop around them; all of them outside every loop. */
export function instancesIn(stage: StageInstances, round: Binding | undefined): readonly Instance[] {
  if (round === undefined) return stage.instances;
  stage.within ??= groupByRound(stage.instances);
  return stage.within.get(round) ?? [];
}

function groupByRound(instances: readonly Instance[]): ReadonlyMap<Binding, readonly Instance[]> {
  const groups = new Map<Binding, Instance[]>();
  for (const instance of instances)
    for (const binding of instance.scope.bindings) {
      const group = groups.get(binding);
      if (group === undefined) groups.set(binding, [instance]);
      else group.push(instance);
    }
  return groups;
}

/** More are a mistake in a matrix, and would take minutes before anything can be said about them. */
export const instanceLimit = 200_000;

/** How many instances may still be made, in all files together; below 0 once there were too many. */
export interface Budget {
  left: number;
}

/** Not all of them where the budget is used up. */
export function expand(program: Program, budget: Budget): Instances {
  const table = new Map<string, StageInstances>();
  const round = { scope: fileScope, keys: {}, text: '' };
  expandInto(program.file.declarations, round, program, { table, budget, elements: new Map() });
  return table;
}

interface Expansion {
  readonly table: Map<string, StageInstances>;
  readonly budget: Budget;
  /** Of loops whose list mentions no variable of a loop around them. */
  readonly elements: Map<Ast.Each, readonly Element[]>;
}

/** What all stages share that stand directly in one round of a loop. */
interface Round {
  readonly scope: Scope;
  readonly keys: Readonly<Record<string, Scalar>>;
  /** `seed=13,model="a"` */
  readonly text: string;
}

/** One of the values that a loop goes through. */
type Element = Pick<Binding, 'value' | 'key' | 'ordinal'>;

export function stepId(name: string, keys: Readonly<Record<string, Scalar>>): string {
  const parts = Object.entries(keys).map(([key, value]) => keyText(key, value));
  return parts.length === 0 ? name : `${name}[${parts.join(',')}]`;
}

function keyText(name: string, value: Scalar): string {
  return `${name}=${JSON.stringify(value)}`;
}

function expandInto(
  declarations: readonly Ast.Declaration[],
  round: Round,
  program: Program,
  expansion: Expansion,
): void {
  const { budget } = expansion;
  const { scope } = round;
  for (const declaration of declarations) {
    switch (declaration.node) {
      case 'stage':
        if (budget.left === 0) reportLimit(declaration, program);
        budget.left -= 1;
        if (budget.left < 0) return;
        addInstance(declaration, round, program.prefix, expansion.table);
        break;
      case 'each':
        for (const element of elementsOf(declaration, scope, program, expansion)) {
          if (budget.left < 0) return;
          expandInto(declaration.body, nextRound(declaration, element, round), program, expansion);
        }
        break;
      case 'when': {
        const condition = evaluateBool(declaration.condition, scope, program);
        if (condition === undefined) break;
        expandInto(condition ? declaration.then : declaration.otherwise, round, program, expansion);
        break;
      }
      case 'use':
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
  { scope, keys, text }: Round,
  prefix: string,
  table: Map<string, StageInstances>,
): void {
  const name = stage.name.text;
  let entry = table.get(name);
  if (entry === undefined) table.set(name, (entry = { name, instances: [], byRound: new Map() }));
  const innermost = scope.bindings.at(-1);
  if (entry.byRound.has(innermost)) return; // a name declared twice: reported already
  const instance = { id: text === '' ? prefix + name : `${prefix}${name}[${text}]`, stage, scope, keys };
  entry.byRound.set(innermost, instance);
  entry.instances.push(instance);
}

function nextRound(each: Ast.Each, element: Element, { scope, keys, text }: Round): Round {
  const name = each.variable.text;
  const own = keyText(name, element.key);
  return {
    scope: { bindings: [...scope.bindings, { each, name, ...element }] },
    keys: { ...keys, [name]: element.key },
    text: text === '' ? own : `${text},${own}`,
  };
}

/** The same for every round of the loops around it, where the list mentions none of their variables. */
function elementsOf(
  each: Ast.Each,
  scope: Scope,
  program: Program,
  { elements }: Expansion,
): readonly Element[] {
  const known = elements.get(each);
  if (known !== undefined) return known;
  const found = findElements(each, scope, program);
  const names = referencedNames(each.list);
  if (!scope.bindings.some(({ name }) => names.has(name))) elements.set(each, found);
  return found;
}

function findElements(each: Ast.Each, scope: Scope, program: Program): readonly Element[] {
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
  const elements: Element[] = [];
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
    elements.push({ value, key, ordinal });
  });
  return elements;
}

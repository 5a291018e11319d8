// What an optimizer is: a pure function from parameters, state and gradients to the next ones. Numbers that change from step to step
// go in as host scalars, so that every step is the same graph.
import * as tf from '@tensorflow/tfjs-core';
import { tensorArithmetic } from '../../engine/loops/arithmetic.ts';
import type { Arithmetic } from '../../engine/loops/arithmetic.ts';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

export interface StepNumbers {
  /** The first step is 1. */
  readonly step: number;
  /** The learning rate of this step, before a group's factor. */
  readonly rate: number;
}

export interface Updated {
  readonly parameters: Tensors;
  readonly state: Tensors;
}

export interface Optimizer {
  /** Names and shapes of the state for these parameters; it starts at 0. */
  stateFor(parameters: Tensors): Readonly<Record<string, readonly number[]>>;
  /** The gradients are those of all parameters and no others. */
  update(parameters: Tensors, state: Tensors, gradients: Tensors, numbers: StepNumbers): Updated;
  /** The same with scalars of the rule's names as tensors, which may stand for numbers of many steps. */
  updateWith(
    parameters: Tensors,
    state: Tensors,
    gradients: Tensors,
    scalar: (group: Group, name: string) => tf.Tensor,
  ): Updated;
  /** What `update` does, as a formula of each number. */
  readonly rule: UpdateRule;
}

/** How one number of a parameter goes on. */
export interface UpdateRule {
  /** The state tensor of the kind `k` for the parameter `p` is called `k p`. */
  readonly kinds: readonly string[];
  readonly groupOf: GroupOf;
  /** Numbers that the formula takes, for the parameters of a group. */
  scalars(numbers: StepNumbers, group: Group): Readonly<Record<string, number>>;
  /** What becomes of a number without gradient whose state is 0: it is multiplied by this; `undefined` where it is not as simple. */
  rest(numbers: StepNumbers, group: Group): number | undefined;
  /** Gives `parameter` and every kind of state anew, from `parameter`, `gradient` and the state. */
  next<T>(
    arithmetic: Arithmetic<T>,
    numbers: (name: string) => T,
    scalars: (name: string) => T,
  ): Readonly<Record<string, T>>;
}

/** What sets some parameters apart. */
export interface Group {
  /** The learning rate of these parameters, as a multiple of the step's. */
  readonly rateFactor: number;
  readonly weightDecay: number;
}

/** Gives the same object for all parameters of a group. */
export type GroupOf = (parameter: string) => Group;

/** An optimizer by its rule, which it also gives. */
export function optimizerOf(rule: UpdateRule): Optimizer {
  const { kinds, groupOf } = rule;
  const updateWith: Optimizer['updateWith'] = (parameters, state, gradients, scalar) => {
    const scalarsOf = once((group: Group) => once((name: string) => scalar(group, name)));
    const next: Record<string, tf.Tensor> = {};
    const nextState: Record<string, tf.Tensor> = {};
    for (const [name, parameter] of Object.entries(parameters)) {
      const gradient = tensorIn(gradients, name);
      const states = Object.fromEntries(kinds.map((kind) => [kind, tensorIn(state, stateName(kind, name))]));
      const before = { ...states, parameter, gradient };
      const after = rule.next(tensorArithmetic, (which) => tensorIn(before, which), scalarsOf(groupOf(name)));
      next[name] = tensorIn(after, 'parameter');
      for (const kind of kinds) nextState[stateName(kind, name)] = tensorIn(after, kind);
    }
    return { parameters: next, state: nextState };
  };
  return {
    rule,
    updateWith,
    stateFor: (parameters) =>
      Object.fromEntries(
        kinds.flatMap((kind) =>
          Object.entries(parameters).map(([name, { shape }]) => [stateName(kind, name), shape] as const),
        ),
      ),
    update: (parameters, state, gradients, numbers) =>
      updateWith(parameters, state, gradients, (group, name) => {
        const value = rule.scalars(numbers, group)[name];
        if (value === undefined) throw new Error(`the rule has no scalar \`${name}\``);
        return tf.scalar(value);
      }),
  };
}

export function stateName(kind: string, parameter: string): string {
  return `${kind} ${parameter}`;
}

export function tensorIn(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`no tensor \`${name}\``);
  return tensor;
}

/** Makes each value once. */
function once<K, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}

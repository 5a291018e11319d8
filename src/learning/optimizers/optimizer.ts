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
  return {
    rule,
    stateFor: (parameters) =>
      Object.fromEntries(
        kinds.flatMap((kind) =>
          Object.entries(parameters).map(([name, { shape }]) => [stateName(kind, name), shape] as const),
        ),
      ),
    update: (parameters, state, gradients, numbers) => {
      const scalarsOf = onceAGroup((group) =>
        Object.fromEntries(
          Object.entries(rule.scalars(numbers, group)).map(([name, value]) => [name, tf.scalar(value)]),
        ),
      );
      const next: Record<string, tf.Tensor> = {};
      const nextState: Record<string, tf.Tensor> = {};
      for (const [name, parameter] of Object.entries(parameters)) {
        const scalars = scalarsOf(groupOf(name));
        const gradient = tensorIn(gradients, name);
        const states = Object.fromEntries(
          kinds.map((kind) => [kind, tensorIn(state, stateName(kind, name))]),
        );
        const before = { ...states, parameter, gradient };
        const after = rule.next(
          tensorArithmetic,
          (which) => tensorIn(before, which),
          (which) => tensorIn(scalars, which),
        );
        next[name] = tensorIn(after, 'parameter');
        for (const kind of kinds) nextState[stateName(kind, name)] = tensorIn(after, kind);
      }
      return { parameters: next, state: nextState };
    },
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

/** Makes the scalars of a group once, whatever parameters it has. */
function onceAGroup<T>(make: (group: Group) => T): (group: Group) => T {
  const made = new Map<Group, T>();
  return (group) => {
    const known = made.get(group);
    if (known !== undefined) return known;
    const fresh = make(group);
    made.set(group, fresh);
    return fresh;
  };
}

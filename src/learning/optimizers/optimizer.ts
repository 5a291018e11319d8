// What an optimizer is: a pure function from parameters, state and gradients to the next ones. Numbers that change from step to step
// go in as host scalars, so that every step is the same graph.
import type * as tf from '@tensorflow/tfjs-core';

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
}

/** What sets some parameters apart. */
export interface Group {
  /** The learning rate of these parameters, as a multiple of the step's. */
  readonly rateFactor: number;
  readonly weightDecay: number;
}

/** Gives the same object for all parameters of a group. */
export type GroupOf = (parameter: string) => Group;

/** One state tensor a parameter for each kind. */
export function stateShapes(
  parameters: Tensors,
  kinds: readonly string[],
): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      Object.entries(parameters).map(([name, { shape }]) => [`${kind} ${name}`, shape] as const),
    ),
  );
}

export function tensorIn(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`no tensor \`${name}\``);
  return tensor;
}

/** Makes the scalars of a group once, whatever parameters it has. */
export function onceAGroup<T>(make: (group: Group) => T): (group: Group) => T {
  const made = new Map<Group, T>();
  return (group) => {
    const known = made.get(group);
    if (known !== undefined) return known;
    const fresh = make(group);
    made.set(group, fresh);
    return fresh;
  };
}

/** Applies a rule to each parameter and gathers what it gives. */
export function eachParameter(
  parameters: Tensors,
  rule: (name: string, parameter: tf.Tensor) => { parameter: tf.Tensor; state: Tensors },
): Updated {
  const next: Record<string, tf.Tensor> = {};
  const state: Record<string, tf.Tensor> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const made = rule(name, parameter);
    next[name] = made.parameter;
    Object.assign(state, made.state);
  }
  return { parameters: next, state };
}

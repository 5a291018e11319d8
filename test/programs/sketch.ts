// A stage while it is being made up: what it reads, what was decided of its options, and what the rules of its kind say.
import type * as Ast from '../../src/parser/ast.ts';
import type { StageDefinition } from '../../src/stages/stage.ts';
import type { Decisions } from './decisions.ts';
import type { Axis } from './spell.ts';
import type { Term } from './terms.ts';
import type { DatasetFacts, Facts, ModelFacts, Thing } from './things.ts';
import type { Group } from './world.ts';

export interface Read {
  readonly expr: Ast.Expr;
  /** What it reads; none for files and built-in models. */
  readonly things: readonly Thing[];
  /** The names under which a `many` input knows them. */
  readonly names: readonly string[];
  /** An encoder that has weights. */
  readonly trainable?: boolean;
}

export interface Sketch {
  readonly name: string;
  readonly definition: StageDefinition;
  readonly axes: readonly Axis[];
  readonly world: readonly Group[];
  readonly inputs: Map<string, Read>;
  /** For stages that read files. */
  group?: Group;
}

/** Options that depend on the inputs and on each other. */
export type Plan = Readonly<Record<string, Term | undefined>>;

export interface Rules {
  /** Whether an input may be left out or given, beyond what its declaration says. */
  wants?(input: string, sketch: Sketch): boolean;
  /** Whether this can be read there, beyond what the declaration of the input says. */
  accepts?(input: string, thing: Thing, sketch: Sketch): boolean;
  /** Options that are not any value of their kind, whether the plan gives them or not. */
  readonly planned: readonly string[];
  plan(sketch: Sketch, d: Decisions): Plan;
  /** What an argument inside an option has to be: `gate.folds`. */
  readonly inner?: Readonly<Record<string, (d: Decisions) => Term | undefined>>;
  facts(part: string, sketch: Sketch, plan: Plan): Facts | undefined;
  /** Whether its seed matters. */
  random(plan: Plan): boolean;
}

export function datasetOf(sketch: Sketch, input: string): DatasetFacts | undefined {
  const facts = sketch.inputs.get(input)?.things[0]?.facts;
  return facts?.type === 'dataset' ? facts : undefined;
}

export function modelsOf(sketch: Sketch, input: string): readonly ModelFacts[] {
  const things = sketch.inputs.get(input)?.things ?? [];
  return things.flatMap(({ facts }) => (facts.type === 'model' ? [facts] : []));
}

// Results of generated stages as later stages may use them: what kind they are, where they can be named, and which rows they hold
// or have learnt from, so that a generated program never leaks.
import type * as Ast from '../../src/parser/ast.ts';
import type { Capability, ArtifactType } from '../../src/stages/artifact.ts';
import type { Row } from './world.ts';
import type { Decisions } from './decisions.ts';
import { literal, member, named, reference, select } from './nodes.ts';
import type { Axis } from './spell.ts';

/** Rows drawn at one place: by a `split` in one of its instances, or all rows of files. */
export interface Draw {
  /** The group of files that they come from. */
  readonly group: string;
  /** The stage that drew them. */
  readonly by: string;
  /** The loops around that stage. */
  readonly axes: readonly Axis[];
  /** Of the axes around that stage: which element, where a reference has chosen one; otherwise the same as here. */
  readonly chosen: ReadonlyMap<Axis, string>;
}

export interface DatasetFacts {
  readonly type: 'dataset';
  readonly part: 'whole' | 'train' | 'validation' | 'test' | 'unlabelled';
  readonly role: 'pool' | 'held' | 'inbox';
  readonly labelled: boolean;
  /** Of the data, under the names that the program gives them. */
  readonly labels: readonly string[];
  /** The least rows of a label, as far as that is sure; 0 for unknown. */
  readonly perLabel: number;
  /** Known of whole loads. */
  readonly rows: readonly Row[] | undefined;
  readonly columns: readonly string[];
  readonly grouped: boolean;
  readonly prompt: { readonly by: string; readonly texts: boolean; readonly plain: boolean } | undefined;
  readonly mixed: boolean;
  readonly draws: readonly Draw[];
}

export interface ModelFacts {
  readonly type: 'model';
  readonly capability: Capability;
  readonly labels: readonly string[];
  readonly prompt: string | undefined;
  readonly draws: readonly Draw[];
}

export interface ReportFacts {
  readonly type: 'report';
  readonly metrics: readonly string[];
  /** Whether another stage with the same inputs would give other work: it has an option of its own. */
  readonly unique: boolean;
  readonly comparison: boolean;
}

export type Facts = DatasetFacts | ModelFacts | ReportFacts | { readonly type: 'files' };

export interface Thing {
  readonly stage: string;
  readonly kind: string;
  readonly part: string;
  /** The loops around its stage, outermost first. */
  readonly axes: readonly Axis[];
  /** Those of them on which it depends: other elements, other work. */
  readonly decides: ReadonlySet<Axis>;
  /** Exists in some of the instances only. */
  readonly partial: boolean;
  readonly facts: Facts;
}

export type ThingOf<T extends ArtifactType> = Thing & {
  readonly facts: Extract<Facts, { readonly type: T }>;
};

export interface Referred {
  readonly expr: Ast.Expr;
  /** As it is seen through the reference. */
  readonly thing: Thing;
}

/** By its name; one instance of it where it stands in loops that are not around this place. */
export function refer(thing: Thing, around: readonly Axis[], d: Decisions): Referred {
  const chosen = new Map<Axis, string>();
  const keys: (readonly [string, Ast.Expr])[] = [];
  for (const axis of thing.axes) {
    if (around.includes(axis)) {
      if (d.chance(`again ${axis.name}`, 0.08)) keys.push([axis.name, reference(axis.name)]);
      continue;
    }
    const value = d.pick(`which ${axis.name}`, axis.values);
    keys.push([axis.name, literal(value)]);
    chosen.set(axis, JSON.stringify(value));
  }
  const plain = named(thing.stage, d.chance('forced', 0.03));
  const one = keys.length === 0 ? plain : select(plain, keys);
  return {
    expr: thing.part === '' ? one : member(one, thing.part),
    thing: {
      ...thing,
      axes: thing.axes.filter((axis) => !chosen.has(axis)),
      decides: new Set([...thing.decides].filter((axis) => !chosen.has(axis))),
      facts: withChosen(thing.facts, chosen),
    },
  };
}

function withChosen(facts: Facts, chosen: ReadonlyMap<Axis, string>): Facts {
  if (chosen.size === 0 || (facts.type !== 'dataset' && facts.type !== 'model')) return facts;
  const draws = facts.draws.map((draw) => ({
    ...draw,
    chosen: new Map([...draw.chosen, ...[...chosen].filter(([axis]) => draw.axes.includes(axis))]),
  }));
  const by = [...chosen].map(([axis, value]) => `${axis.name}=${value}`).join();
  if (facts.type === 'model')
    return { ...facts, draws, prompt: facts.prompt === undefined ? undefined : `${facts.prompt}[${by}]` };
  const { prompt } = facts;
  return {
    ...facts,
    draws,
    prompt: prompt === undefined ? undefined : { ...prompt, by: `${prompt.by}[${by}]` },
  };
}

/** Whether rows of the two are surely disjoint or drawn apart by one split. */
export function apart(a: readonly Draw[], b: readonly Draw[]): boolean {
  return a.every((one) => b.every((other) => one.group !== other.group || sameDraw(one, other)));
}

function sameDraw(a: Draw, b: Draw): boolean {
  if (a.by !== b.by) return false;
  const axes = new Set([...a.chosen.keys(), ...b.chosen.keys()]);
  return [...axes].every((axis) => a.chosen.get(axis) === b.chosen.get(axis));
}

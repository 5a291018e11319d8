// Inputs that read several artifacts: a stage, a list of stages, or a map that names them.
import type * as Ast from '../../src/parser/ast.ts';
import type { Input } from '../../src/stages/stage.ts';
import type { Decisions } from './decisions.ts';
import { list, map, member, named } from './nodes.ts';
import type { Read, Sketch } from './sketch.ts';
import type { Axis } from './spell.ts';
import { refer, type Thing } from './things.ts';

interface Asked {
  readonly input: string;
  readonly declaration: Input;
  readonly sketch: Sketch;
  readonly axes: readonly Axis[];
  readonly things: readonly Thing[];
  readonly fits: (thing: Thing) => boolean;
}

export function manyInput(asked: Asked, d: Decisions): Read | undefined {
  return asked.declaration.accepts === 'report' ? reports(asked, d) : single(asked, d);
}

/** Whole lists over the same loops, and only those in which each instance does other work. */
function reports({ axes, things, fits }: Asked, d: Decisions): Read | undefined {
  const missing = (thing: Thing): readonly Axis[] => thing.axes.filter((axis) => !axes.includes(axis));
  const usable = things.filter(
    (thing) => fits(thing) && missing(thing).every((axis) => thing.decides.has(axis)),
  );
  if (usable.length === 0) return undefined;
  const first = d.pick('first', usable.toReversed());
  const alike = (thing: Thing): boolean =>
    thing.facts.type === 'report' &&
    thing.facts.unique &&
    missing(thing).length === missing(first).length &&
    missing(thing).every((axis, i) => axis === missing(first)[i]) &&
    metricsOf(thing).some((metric) => metricsOf(first).includes(metric));
  const chosen = [first];
  if (alike(first))
    for (const thing of usable) {
      const shared = metricsOf(thing).filter((metric) =>
        chosen.every((one) => metricsOf(one).includes(metric)),
      );
      const another = thing !== first && alike(thing) && shared.length > 0;
      if (another && d.chance(thing.stage, 0.5)) chosen.push(thing);
    }
  return said(chosen, 'ab', d);
}

function metricsOf({ facts }: Thing): readonly string[] {
  return facts.type === 'report' ? facts.metrics : [];
}

/** One or two artifacts, each of one instance. */
function single({ input, sketch, axes, things, fits }: Asked, d: Decisions): Read | undefined {
  const referred = things
    .map((thing, i) => refer(thing, axes, d.at(`${i}`)))
    .filter(({ thing }) => fits(thing));
  if (referred.length === 0) return undefined;
  const first = d.pick('first', referred.toReversed());
  sketch.inputs.set(input, { expr: first.expr, things: [first.thing], names: [first.thing.stage] });
  // Of another kind, so that the two do other work.
  const others = referred.filter(({ thing }) => thing.kind !== first.thing.kind && fits(thing));
  const second = others.length > 0 && d.chance('second', 0.3) ? d.pick('which', others) : undefined;
  if (second === undefined) return { expr: first.expr, things: [first.thing], names: [first.thing.stage] };
  return {
    expr: list([first.expr, second.expr]),
    things: [first.thing, second.thing],
    names: [first.thing.stage, second.thing.stage],
  };
}

function said(chosen: readonly Thing[], keys: string, d: Decisions): Read {
  const say = (thing: Thing): Ast.Expr =>
    thing.part === '' ? named(thing.stage) : member(named(thing.stage), thing.part);
  // A name of two words is no name that a requirement could use.
  if (d.chance('map', 0.3) || (chosen.length > 1 && chosen.some(({ stage }) => stage.includes('.')))) {
    const names = chosen.map((_, i) => `${keys[0] ?? ''}${i}`);
    return { expr: map(chosen.map((thing, i) => [names[i] ?? '', say(thing)])), things: chosen, names };
  }
  const names = chosen.map(({ stage }) => stage);
  const [first] = chosen;
  const alone = chosen.length === 1 && first !== undefined && d.chance('alone', 0.7);
  return { expr: alone ? say(first) : list(chosen.map(say)), things: chosen, names };
}

// Whole programs that are right by construction, made up from the declarations of the registry: what it knows of a kind beyond its
// declaration stands in `rules`. A program that does not compile is a mistake of this, or of the compiler.
import type * as Ast from '../../src/parser/ast.ts';
import { ownInputs } from '../../src/stages/own-inputs.ts';
import { commonOptions } from '../../src/stages/common-options.ts';
import type { Option } from '../../src/stages/option.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import type { Input, StageDefinition } from '../../src/stages/stage.ts';
import type { Value } from '../../src/compiler/value.ts';
import type { Decisions } from './decisions.ts';
import { makeImports } from './make-imports.ts';
import { makeTune } from './make-tune.ts';
import { manyInput } from './many.ts';
import {
  binary,
  defaultsOf,
  eachOf,
  entryOf,
  int,
  list,
  literal,
  named,
  nameOf,
  reference,
  stageOf,
  targetOf,
  text,
  version,
  whenOf,
} from './nodes.ts';
import { anyValue } from './option-values.ts';
import { notGenerated, rulesOf } from './rules/rules-of.ts';
import type { Read, Rules, Sketch } from './sketch.ts';
import { Globals, spellBool, spellTerm, spellValue, type Axis } from './spell.ts';
import { encoderFolder } from './surroundings.ts';
import { ints } from './terms.ts';
import { refer, type Facts, type Thing } from './things.ts';
import type { Group } from './world.ts';

export interface Size {
  /** Stages in each block, at most. */
  readonly stages: number;
  /** How deep `each` and `when` nest. */
  readonly depth: number;
  /** Elements of all loops around a place multiplied, at most. */
  readonly instances: number;
}

interface Block {
  readonly axes: readonly Axis[];
  readonly depth: number;
  /** What can be named here. */
  readonly things: Thing[];
}

export function generate(d: Decisions, world: readonly Group[], size: Size): readonly Ast.Declaration[] {
  const globals = new Globals();
  const registry = standardRegistry();
  const rules = rulesOf({ next: 0 });
  const kinds = registry.kinds.filter(({ name }) => !notGenerated.includes(name));
  const loads = kinds.filter(({ inputs }) =>
    Object.values(inputs).some(({ accepts }) => accepts === 'files'),
  );
  // Stages that contain stages are made in their own way.
  const others = kinds.filter((kind) => !loads.includes(kind) && kind.block === undefined);
  const used = new Map<string, number>();
  const defaults = new Map<string, ReadonlySet<string>>();

  const declarations: Ast.Declaration[] = [];
  const given = makeDefaults(d.at('defaults'));
  const file: Block = { axes: [], depth: 0, things: [] };
  const groups = chosenGroups(d);
  groups.forEach((group, i) => {
    const kind = loads[i % loads.length];
    const stage = kind && makeStage(kind, `data_${i}`, file, d.at(`load ${i}`), group);
    if (stage !== undefined) declarations.push(stage);
  });
  const imports = makeImports(globals, d.at('imports'));
  file.things.push(...imports.things);
  declarations.push(...imports.declarations);
  declarations.push(...makeBlock(file, size.stages, 's', d.at('body')));
  declarations.push(...makeTargets(file, d.at('targets')));
  const head = d.chance('version', 0.5) ? [version()] : [];
  return [...head, ...globals.declarations, ...given, ...declarations];

  function chosenGroups(from: Decisions): readonly Group[] {
    const pools = world.filter(({ role }) => role === 'pool');
    const first = from.pick('pool', pools);
    const more = world.filter((group) => group !== first && from.chance(`also ${group.name}`, 0.35));
    return [first, ...more];
  }

  /** Options that suit every stage of their kind whatever its inputs are. */
  function makeDefaults(from: Decisions): readonly Ast.Declaration[] {
    return kinds.flatMap((kind) => {
      if (kind.block !== undefined || !from.chance(kind.name, 0.12)) return [];
      const planned = rules.get(kind.name)?.planned ?? [];
      const entries = Object.entries({
        ...freeOptions(kind, planned),
        timeout: commonOptions.timeout,
      }).flatMap(([name, option]) => {
        if (!from.chance(`${kind.name} ${name}`, 0.5)) return [];
        const value = optionTerm(name, option, undefined, from.at(`${kind.name}/${name}`));
        if (value === undefined) return [];
        const place = { axes: [], decides: new Set<Axis>() };
        return [entryOf(name, spellTerm(value, place, globals, from.at(`${kind.name}/${name}/spell`)))];
      });
      if (entries.length === 0) return [];
      defaults.set(kind.name, new Set(entries.map(({ name }) => name.text)));
      return [defaultsOf(kind.name, entries)];
    });
  }

  function makeBlock(
    block: Block,
    most: number,
    prefix: string,
    from: Decisions,
  ): readonly Ast.Declaration[] {
    const made: Ast.Declaration[] = [];
    const count = 1 + from.below('count', most);
    for (let i = 0; i < count; i += 1) {
      const own = from.at(`${i}`);
      const name = `${prefix}${i}`;
      const nested = block.depth < size.depth ? own.below('what', 10) : 0;
      if (nested >= 8) made.push(...makeEach(block, name, own.at('each')));
      else if (nested === 7) made.push(...makeWhen(block, name, own.at('when')));
      else {
        const stage =
          (own.chance('tune', 0.08) ? makeSearch(block, name, own.at('tune')) : undefined) ??
          makeAnyStage(block, name, own);
        if (stage !== undefined) made.push(stage);
      }
    }
    return made;
  }

  function makeSearch(block: Block, name: string, from: Decisions): Ast.Stage | undefined {
    const made = makeTune({ name, axes: block.axes, things: block.things, globals }, from);
    if (made !== undefined) block.things.push(made.thing);
    return made?.stage;
  }

  /** Of the kinds that can stand here, those used least come first. */
  function makeAnyStage(block: Block, name: string, from: Decisions): Ast.Stage | undefined {
    const start = from.below('kind', others.length);
    const turned = [...others.slice(start), ...others.slice(0, start)];
    const order = turned
      .map((kind, i) => ({ kind, rank: (used.get(kind.name) ?? 0) * 3 + i }))
      .sort((a, b) => a.rank - b.rank);
    for (const { kind } of order) {
      const stage = makeStage(kind, name, block, from.at(kind.name));
      if (stage !== undefined) return stage;
    }
    return undefined;
  }

  function makeStage(
    definition: StageDefinition,
    name: string,
    block: Block,
    from: Decisions,
    group?: Group,
  ): Ast.Stage | undefined {
    const own = rules.get(definition.name);
    const sketch: Sketch = {
      name,
      definition,
      axes: block.axes,
      world,
      inputs: new Map(),
      ...(group === undefined ? {} : { group }),
    };
    const entries: Ast.Entry[] = [];
    const decides = new Set<Axis>();
    for (const [input, declaration] of Object.entries(ownInputs(definition))) {
      if (!declaration.required && !from.chance(`give ${input}`, 0.4)) continue;
      const read = makeInput(input, declaration, sketch, block, own, from.at(input));
      if (read === undefined) {
        if (declaration.required) return undefined;
        continue;
      }
      sketch.inputs.set(input, read);
      for (const thing of read.things) for (const axis of thing.decides) decides.add(axis);
      entries.push(entryOf(input, read.expr));
    }
    const plan = own?.plan(sketch, from.at('plan')) ?? {};
    const spelt = new Set<Axis>();
    for (const [option, declaration] of Object.entries(definition.options)) {
      const planned = own?.planned.includes(option) === true;
      const wanted = declaration.required || from.chance(`give ${option}`, 0.3);
      const term = planned
        ? plan[option]
        : wanted
          ? optionTerm(option, declaration, own, from.at(option))
          : undefined;
      if (term === undefined) continue;
      const place = { axes: block.axes, decides: declaration.keyed ? decides : new Set<Axis>() };
      entries.push(entryOf(option, spellTerm(term, place, globals, from.at(`${option}/spell`))));
      for (const axis of place.decides) spelt.add(axis);
    }
    entries.push(...commonEntries(sketch, block, own?.random(plan) ?? false, decides, from.at('common')));
    used.set(definition.name, (used.get(definition.name) ?? 0) + 1);
    for (const [part] of Object.entries(definition.outputs)) {
      const facts = own === undefined ? undeclared(part, sketch) : own.facts(part, sketch, plan);
      if (facts === undefined) continue;
      block.things.push({
        stage: name,
        kind: definition.name,
        part,
        axes: block.axes,
        decides,
        partial: false,
        facts,
      });
    }
    return stageOf(definition.name, name, shuffled(entries, from));
  }

  function makeInput(
    input: string,
    declaration: Input,
    sketch: Sketch,
    block: Block,
    own: Rules | undefined,
    from: Decisions,
  ): Read | undefined {
    if (declaration.accepts === 'files') return filesInput(sketch, from);
    const fits = (thing: Thing): boolean =>
      thing.facts.type === declaration.accepts &&
      !thing.partial &&
      (own?.accepts?.(input, thing, sketch) ?? true);
    if (declaration.shape === 'many')
      return manyInput({ input, declaration, sketch, axes: block.axes, things: block.things, fits }, from);
    if (declaration.capability === 'encoder') {
      const trainable = from.chance('folder', 0.4);
      const word: Value = { type: 'string', value: trainable ? `./${encoderFolder}` : 'builtin:ngrams' };
      const expr = spellValue(word, { axes: [], decides: new Set() }, globals, from.at('spell'));
      return { expr, things: [], names: [], trainable };
    }
    const candidates = block.things.flatMap((thing, i) => {
      const referred = refer(thing, block.axes, from.at(`${i}`));
      return fits(referred.thing) ? [referred] : [];
    });
    if (candidates.length === 0) return undefined;
    // The newest are the most interesting.
    const { expr, thing } = from.pick('which', candidates.slice(-8).reverse());
    return { expr, things: [thing], names: [thing.stage] };
  }

  function filesInput({ group, world: all }: Sketch, from: Decisions): Read | undefined {
    if (group === undefined) return undefined;
    const place = { axes: [], decides: new Set<Axis>() };
    const say = (path: string, i: number): Ast.Expr =>
      spellValue({ type: 'string', value: path }, place, globals, from.at(`path ${i}`));
    const { files, patterns } = all.find(({ name }) => name === group.name) ?? group;
    const [only] = files;
    const several = files.length > 1 || from.chance('list', 0.2);
    const expr = from.chance('pattern', 0.25)
      ? text(from.pick('which pattern', patterns))
      : several || only === undefined
        ? list(files.map(({ path }, i) => say(path, i)))
        : say(only.path, 0);
    return { expr, things: [], names: [] };
  }

  function optionTerm(name: string, option: Option<unknown>, own: Rules | undefined, from: Decisions) {
    return anyValue(option.kind, (path, _kind, at) => own?.inner?.[path]?.(at) ?? 'any', name, from);
  }

  function commonEntries(
    sketch: Sketch,
    block: Block,
    random: boolean,
    decides: Set<Axis>,
    from: Decisions,
  ): readonly Ast.Entry[] {
    const entries: Ast.Entry[] = [];
    const preset = defaults.get(sketch.definition.name);
    if (from.chance('seed', random ? 0.7 : 0.2)) {
      const place = { axes: block.axes, decides: random ? decides : new Set<Axis>() };
      entries.push(entryOf('seed', spellTerm(ints(0, 1, 2, 3, 13, 21, 42), place, globals, from.at('seed'))));
    }
    const plain = { axes: [], decides: new Set<Axis>() };
    for (const [name, option] of Object.entries(commonOptions)) {
      if (name === 'seed' || name === 'device' || preset?.has(name) === true) continue;
      if (!from.chance(name, name === 'cache' ? 0.02 : 0.06)) continue;
      const term = optionTerm(name, option, undefined, from.at(name));
      if (term !== undefined && !(term.is === 'value' && term.value.type === 'bool' && size.instances > 8))
        entries.push(entryOf(name, spellTerm(term, plain, globals, from.at(`${name}/spell`))));
    }
    if (from.chance('device', 0.05)) entries.push(entryOf('device', reference('cpu')));
    const before = block.things.filter(({ partial }) => !partial);
    if (before.length > 0 && from.chance('after', 0.06)) {
      const { stage } = from.pick('after which', before);
      entries.push(entryOf('after', list([named(stage)])));
    }
    return entries;
  }

  function makeEach(block: Block, prefix: string, from: Decisions): readonly Ast.Declaration[] {
    const room = Math.floor(size.instances / block.axes.reduce((all, { values }) => all * values.length, 1));
    if (room < 2) return [];
    const lists: readonly (readonly Value[])[] = [
      [1, 2, 3].map(int),
      [13, 21, 42].map(int),
      [2, 3].map(int),
      ['logistic', 'ridge'].map((value): Value => ({ type: 'string', value })),
      ['cosine', 'euclidean'].map((value): Value => ({ type: 'string', value })),
      [0.1, 0.2].map((value): Value => ({ type: 'share', value })),
      [0.5, 1, 2].map((value): Value => ({ type: 'float', value })),
      [3600, 7200].map((value): Value => ({ type: 'duration', value })),
      ['t', 'wilcoxon'].map((value): Value => ({ type: 'string', value })),
    ];
    const values = from
      .pick('values', lists)
      .slice(0, Math.max(2, 1 + from.below('length', Math.min(3, room))));
    const axis: Axis = { name: `over_${prefix}`, values: values.slice(0, room) };
    const inner: Block = {
      axes: [...block.axes, axis],
      depth: block.depth + 1,
      things: [...block.things],
    };
    const known = inner.things.length;
    const body = [...makeBlock(inner, size.stages, `${prefix}_`, from.at('body'))];
    if (body.length === 0) return [];
    const [first] = axis.values;
    if (!mentions(body, axis.name) && first !== undefined)
      body[0] = whenOf(binary('!=', reference(axis.name), text('never')), body.slice(0, 1), []);
    block.things.push(...inner.things.slice(known));
    const whole = { type: 'list', items: axis.values } as const;
    return [
      eachOf(axis.name, spellValue(whole, { axes: [], decides: new Set() }, globals, from.at('list')), body),
    ];
  }

  /** Both branches are right; what is in the one that is taken can be named afterwards. */
  function makeWhen(block: Block, prefix: string, from: Decisions): readonly Ast.Declaration[] {
    const inner = (): Block => ({ axes: block.axes, depth: block.depth + 1, things: [...block.things] });
    const known = block.things.length;
    const [axis] = block.axes.slice(-1);
    const byAxis = axis !== undefined && from.chance('by axis', 0.4);
    const value = byAxis ? from.pick('value', axis.values) : undefined;
    const taken = from.chance('taken', 0.6);
    const condition =
      value === undefined || axis === undefined
        ? spellBool(taken, globals, from.at('condition'), 0)
        : binary('==', reference(axis.name), literal(value));
    const [one, two] = [inner(), inner()];
    const then = makeBlock(one, 2, `${prefix}_`, from.at('then'));
    const otherwise = from.chance('else', 0.5) ? makeBlock(two, 2, `${prefix}_`, from.at('else')) : [];
    if (then.length + otherwise.length === 0) return [];
    const kept = value === undefined ? (taken ? one : two).things.slice(known) : [];
    block.things.push(...kept);
    return [whenOf(condition, then, otherwise)];
  }

  function makeTargets(block: Block, from: Decisions): readonly Ast.Declaration[] {
    if (block.things.length === 0 || !from.chance('target', 0.25)) return [];
    const names = [...new Set(block.things.map(({ stage }) => stage))];
    const chosen = names.filter((name) => from.chance(name, 0.3));
    const stages = chosen.length === 0 ? names.slice(-1) : chosen;
    return [targetOf('goal', list(stages.map((name) => named(name))))];
  }
}

/** Options that any value of their kind is right for. */
function freeOptions(
  kind: StageDefinition,
  planned: readonly string[],
): Readonly<Record<string, Option<unknown>>> {
  return Object.fromEntries(Object.entries(kind.options).filter(([name]) => !planned.includes(name)));
}

/** A kind without rules: its datasets are like the one it reads. */
function undeclared(part: string, sketch: Sketch): Facts | undefined {
  const type = sketch.definition.outputs[part]?.type;
  if (type === 'report') return { type, metrics: [], unique: false, comparison: true };
  const read = [...sketch.inputs.values()].flatMap(({ things }) => things.map(({ facts }) => facts));
  return read.find((facts) => facts.type === type);
}

function shuffled(entries: readonly Ast.Entry[], d: Decisions): readonly Ast.Entry[] {
  if (!d.chance('shuffle', 0.3)) return entries;
  const left = [...entries];
  return entries.map((_, i) => left.splice(d.below(`place ${i}`, left.length), 1)[0] ?? entryOf('', text()));
}

/** Whether a name stands anywhere in an option. */
function mentions(body: readonly Ast.Declaration[], name: string): boolean {
  const found = JSON.stringify(body, (key, item: unknown) => (key === 'span' ? undefined : item));
  return (
    found.includes(JSON.stringify({ node: 'reference', name: nameOf(name), forced: false }, without)) ||
    found.includes(JSON.stringify({ node: 'reference', name: nameOf(name), forced: true }, without))
  );
}

function without(key: string, item: unknown): unknown {
  return key === 'span' ? undefined : item;
}

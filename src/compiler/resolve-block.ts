// The stages inside a stage, for one instance of it: options with placeholders for what trials choose, inputs from folds, from
// each other and from outside. Which artifacts these are is checked later, in `check-block`.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { commonOptions } from '../stages/common-options.ts';
import type { BlockDeclaration } from '../stages/stage.ts';
import type { Json } from '../stages/value.ts';
import { heldStages, orderBlock, type UnorderedStage } from './block-order.ts';
import { resolveCallModels } from './call-models.ts';
import type { Instances } from './expand.ts';
import type { CheckedBlock, CheckedBlockStage, CheckedInput } from './pipeline.ts';
import type { PreparedStage } from './prepare-block.ts';
import type { BlockScope, Program, Scope } from './program.ts';
import { resolveBlockInput } from './resolve-block-input.ts';
import type { Searched } from './resolve-search.ts';
import { choicesOf, literalSpace, spaceOf } from './resolve-space.ts';
import { resolveOptions, type Prepared } from './resolve-steps.ts';

export interface ResolvedBlock {
  readonly block: CheckedBlock;
  /** What the stages read from outside: `0.model`. */
  readonly inputs: Readonly<Record<string, CheckedInput>>;
  /** `0` for the first stage, `0.model` for what it gives an option or input. */
  readonly places: Readonly<Record<string, Span>>;
  readonly partNames: Readonly<Record<string, string>>;
  /** By position; none where they have no order. */
  readonly stages: readonly InnerStage[];
  /** Around the options of the outer stage that name stages in the block. */
  readonly scope: Scope;
  readonly complete: boolean;
}

/** What is known of a stage in a block until it is checked. */
export interface InnerStage {
  readonly given: ReadonlySet<string>;
  readonly complete: boolean;
}

/** Nothing for stages of a kind that contains none. */
export function resolveBlock(
  outer: Ast.Stage,
  prepared: Prepared,
  { bindings }: Scope,
  instances: Instances,
  program: Program,
): ResolvedBlock | undefined {
  const { definition, stages } = prepared;
  const { block: declaration } = definition;
  if (declaration === undefined || stages === undefined) return undefined;
  const scope: BlockScope = {
    declaration,
    ...spacesOf(prepared, { bindings }, program),
    used: new Set(),
    choiceTexts: new Map(),
    stages: new Map(stages.map(({ stage }, i) => [stage.name.text, i])),
  };
  const inner = { bindings, block: scope };
  const unordered = stages.map((stage) => resolveInner(stage, inner, instances, program));
  const order = orderBlock(unordered, program);
  const complete = order !== undefined && unordered.every((stage) => stage.complete);
  if (complete) reportUnused(outer, prepared, scope, program);

  const resolved: CheckedBlockStage[] = [];
  const inputs: Record<string, CheckedInput> = {};
  const places: Record<string, Span> = {};
  const partNames: Record<string, string> = {};
  const own = Object.keys(definition.outputs);
  const ordered = order ?? unordered;
  const held = heldStages(ordered, declaration);
  for (const [position, stage] of ordered.entries()) {
    const handed = held[position] === true ? {} : handedParts(stage, position);
    resolved.push({ ...stage.checked, inputs: stage.inputs, handed });
    for (const [name, input] of Object.entries(stage.outside)) inputs[`${position}.${name}`] = input;
    places[`${position}`] = stage.span;
    for (const [name, span] of Object.entries(stage.places)) places[`${position}.${name}`] = span;
    const { name } = stage.checked;
    if (own.includes(name)) reportOwnPart(outer, stage, program);
    for (const [part, as] of Object.entries(handed)) partNames[part === '' ? name : `${name}.${part}`] = as;
  }
  const positions = new Map(ordered.map(({ checked }, position) => [checked.name, position]));
  return {
    block: { stages: resolved },
    inputs,
    places,
    partNames,
    stages: (order ?? []).map(({ given, complete: whole }) => ({ given, complete: whole })),
    scope: { bindings, block: { ...scope, stages: positions } },
    complete: complete && scope.broken.size === 0,
  };
}

function resolveInner(
  { stage, prepared }: PreparedStage,
  scope: Scope,
  instances: Instances,
  program: Program,
): UnorderedStage {
  const { definition, entries, places, given, wrong } = prepared;
  const options = resolveOptions(definition.options, prepared, scope, program);
  const common = resolveOptions(commonOptions, prepared, scope, program);
  const seed = seedOf(common.values['seed'], prepared, scope, program);
  let complete = !wrong && options.complete && common.complete && seed !== undefined;
  const inputs: Record<string, UnorderedStage['inputs'][string]> = {};
  const outside: Record<string, CheckedInput> = {};
  const chosen: Record<string, string> = {};
  for (const [name, declared] of Object.entries(definition.inputs)) {
    const entry = entries.get(name);
    if (entry === undefined) continue;
    const place = { name, declaration: declared, scope };
    const found = resolveBlockInput(entry.value, place, instances, program);
    switch (found?.from) {
      case undefined:
        complete = false;
        break;
      case 'block':
        inputs[name] = found.input;
        break;
      case 'outside':
        outside[name] = found.input;
        break;
      case 'search':
        chosen[name] = found.name;
        found.inputs.forEach((input, position) => (outside[`${name}.${position}`] = input));
        break;
      default:
        found satisfies never;
    }
  }
  const named = resolveCallModels(definition, options.callModels, scope, instances, program);
  complete &&= named.complete;
  Object.assign(outside, named.inputs);
  return {
    checked: {
      name: stage.name.text,
      kind: definition.name,
      definition,
      options: options.values,
      seed: seed ?? 0,
      chosen,
      required: Object.keys(definition.inputs).filter((name) => definition.inputs[name]?.required === true),
      outputs: Object.keys(definition.outputs),
    },
    inputs,
    outside,
    span: stage.name.span,
    places: { ...places, ...named.places },
    given,
    complete,
  };
}

/** The figure of a lucky draw is not a figure of the method, so nobody may search for the luckiest. */
function seedOf(
  value: Json | undefined,
  { places }: Prepared,
  { block }: Scope,
  program: Program,
): number | undefined {
  if (typeof value === 'number') return value;
  const span = places['seed'];
  if (value !== undefined && span !== undefined && block !== undefined)
    program.diagnostics.add({ ...searchedSeed(block.declaration), span });
  return undefined;
}

function searchedSeed({ search }: BlockDeclaration) {
  return {
    code: 'searched-seed',
    message: `a seed is not searched for: the best of several draws is luck`,
    hint: `take it out of \`${search}\`; to see how much a draw matters, put the whole into \`each seed in [1, 2, 3]\``,
  } as const;
}

/** The spaces that can be read; the others are reported where the option is resolved. */
function spacesOf(
  { definition, entries }: Prepared,
  scope: Scope,
  program: Program,
): Pick<BlockScope, 'spaces' | 'broken'> {
  const spaces = new Map<string, Searched>();
  const broken = new Set<string>();
  const { block } = definition;
  const silent: Program = { ...program, diagnostics: new Diagnostics() };
  for (const { name, value } of searchEntries(block, entries, program)) {
    const expr = literalSpace(value, scope, silent);
    const space = spaceOf(expr, scope, silent);
    if (block !== undefined && name.text === 'seed') {
      program.diagnostics.add({ ...searchedSeed(block), span: name.span });
      broken.add(name.text);
    } else if (space === undefined) broken.add(name.text);
    else spaces.set(name.text, { name: name.text, space, choices: choicesOf(expr) });
  }
  return { spaces, broken };
}

function searchEntries(
  block: BlockDeclaration | undefined,
  entries: Prepared['entries'],
  program: Program,
): readonly Ast.Entry[] {
  let expr = block === undefined ? undefined : entries.get(block.search)?.value;
  if (expr?.node === 'reference') expr = program.names.lets.get(expr.name.text)?.value;
  return expr?.node === 'map' ? expr.entries : [];
}

function reportUnused(
  outer: Ast.Stage,
  { definition, entries }: Prepared,
  scope: BlockScope,
  program: Program,
): void {
  for (const { name } of searchEntries(definition.block, entries, program)) {
    if (!scope.spaces.has(name.text) || scope.used.has(name.text)) continue;
    const word = `${scope.declaration.search}.${name.text}`;
    program.diagnostics.add({
      code: 'option-without-effect',
      message: `\`${name.text}\` changes nothing: no stage in \`${outer.name.text}\` uses \`${word}\``,
      span: name.span,
      hint: `write \`${word}\` where a stage of the block takes the value, or remove it`,
    });
  }
}

/** The parts that are there whatever a trial chooses. */
function handedParts({ checked }: UnorderedStage, position: number): Readonly<Record<string, string>> {
  const absent = checked.definition.absent?.(checked.options) ?? [];
  return Object.fromEntries(
    checked.outputs
      .filter((part) => !absent.includes(part))
      .map((part) => [part, part === '' ? `${position}` : `${position}.${part}`]),
  );
}

function reportOwnPart(outer: Ast.Stage, { checked, span }: UnorderedStage, program: Program): void {
  program.diagnostics.add({
    code: 'duplicate-name',
    message: `\`${outer.name.text}.${checked.name}\` would mean two things: \`${outer.kind.text}\` has a part of that name`,
    span,
    hint: 'give the stage another name',
  });
}

// Every instance to a step with resolved options and inputs. Entries that use no `each` variable are resolved once.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { commonOptions } from '../stages/common-options.ts';
import type { Options as OptionTable, OptionValues } from '../stages/option.ts';
import type { Input, StageDefinition } from '../stages/stage.ts';
import type { CallValue, Json } from '../stages/value.ts';
import { isDamaged } from './damage.ts';
import { referencedNames } from './referenced-names.ts';
import type { Instance, Instances } from './expand.ts';
import type { CheckedInput, CheckedStep, CommonValues } from './pipeline.ts';
import type { CallModel, Program, Scope } from './program.ts';
import { resolveCallModels } from './call-models.ts';
import { checkResources, resourcesOf } from './check-resources.ts';
import { checkDefaults, checkEntryName, isKnown, reportKind } from './entry-names.ts';
import { resolveOption } from './resolve-option.ts';
import { resolveInput } from './resolve-input.ts';
import { plainReference, resolveReference, type PlainReference } from './references.ts';
import { prepareBlock, refuseStages, type PreparedStage } from './prepare-block.ts';
import { resolveBlock, type InnerStage } from './resolve-block.ts';

/** A step before its artifacts are checked. */
export type ResolvedStep = Omit<CheckedStep, 'outputs' | 'marks' | 'cost'> & {
  /** Whether every option and input could be resolved; a report stands for it otherwise. */
  readonly complete: boolean;
  /** Options and inputs that the program gives, as against defaults. */
  readonly given: ReadonlySet<string>;
  /** Of the stages inside it, by position. */
  readonly inside?: readonly InnerStage[];
};

export function resolveSteps(instances: Instances, program: Program): ResolvedStep[] {
  checkDefaults(program);
  const steps: ResolvedStep[] = [];
  const prepared = new Map<Ast.Stage, Prepared | undefined>();
  for (const { instances: list } of instances.values()) {
    for (const instance of list) {
      if (!prepared.has(instance.stage)) prepared.set(instance.stage, prepare(instance.stage, program));
      const stage = prepared.get(instance.stage);
      if (stage !== undefined) steps.push(resolveInstance(instance, stage, instances, program));
    }
  }
  // Branches of `when` that are not taken now may be taken with other parameters: what does not depend on values is told at once.
  for (const stage of [...program.names.stages.values()].flat())
    if (!prepared.has(stage)) prepare(stage, program);
  return steps;
}

/** What all instances of a stage share. */
export interface Prepared {
  readonly definition: StageDefinition;
  readonly entries: ReadonlyMap<string, PreparedEntry>;
  readonly places: Readonly<Record<string, Span>>;
  readonly given: ReadonlySet<string>;
  readonly wrong: boolean;
  /** Options of the kind; apart from those of every kind, so that a seed does not keep instances from sharing them. */
  readonly options: Shared<ResolvedOptions>;
  readonly common: Shared<{ readonly values: CommonValues; readonly complete: boolean }>;
  /** With the name of the import before it. */
  readonly name: string;
  /** The inputs that are given. */
  readonly reads: readonly {
    readonly name: string;
    readonly declaration: Input;
    readonly entry: PreparedEntry;
  }[];
  readonly after: PreparedEntry | undefined;
  /** The stages inside it, in the order of the program; nothing for kinds that take none. */
  readonly stages: readonly PreparedStage[] | undefined;
}

export interface PreparedEntry {
  readonly value: Ast.Expr;
  readonly inputs: Shared<CheckedInput | undefined>;
  /** Where the value names one stage; found out with the first instance, `null` where it does not. */
  plain?: PlainReference | null;
}

/** Results that instances share where the variables they depend on have the same values. */
interface Shared<T> {
  readonly names: ReadonlySet<string>;
  readonly results: Map<string, { readonly value: T }>;
}

export interface ResolvedOptions {
  readonly values: Readonly<Record<string, Json>>;
  readonly complete: boolean;
  /** What their calls name, by input of the stage. */
  readonly callModels: ReadonlyMap<string, readonly CallModel[]>;
}

export function prepare(stage: Ast.Stage, program: Program): Prepared | undefined {
  const definition = program.registry.kind(stage.kind.text);
  if (definition === undefined) {
    reportKind(stage.kind, program);
    return undefined;
  }
  const { block } = definition;
  const inside = block === undefined ? undefined : prepareBlock(stage, block, program);
  let wrong = inside === undefined ? refuseStages(stage, program) : inside.wrong;
  const entries = new Map<string, PreparedEntry>();
  const places: Record<string, Span> = {};
  const add = (entry: Ast.Entry): void => {
    entries.set(entry.name.text, {
      value: entry.value,
      inputs: { names: referencedNames(entry.value), results: new Map() },
    });
    places[entry.name.text] = entry.value.span;
    for (const [name, { within }] of Object.entries(definition.inputs))
      if (within === entry.name.text) places[name] = entry.value.span;
  };
  const own = new Map<string, Ast.Entry>();
  for (const entry of stage.entries) {
    const earlier = own.get(entry.name.text);
    if (earlier !== undefined) {
      wrong = true;
      program.diagnostics.add({
        code: 'duplicate-option',
        message: `\`${entry.name.text}\` is given twice`,
        span: entry.name.span,
        notes: [{ span: earlier.name.span, message: 'first given here' }],
      });
      continue;
    }
    own.set(entry.name.text, entry);
    if (!checkEntryName(entry, definition, program)) {
      wrong = true;
      continue;
    }
    add(entry);
  }
  for (const entry of program.names.defaults.get(definition.name) ?? [])
    if (!own.has(entry.name.text) && isKnown(entry.name.text, definition)) add(entry);

  const required = [
    ...Object.entries(definition.inputs).filter(([, input]) => input.required),
    ...Object.entries(definition.options).filter(([, option]) => option.required),
  ];
  const damaged = isDamaged(stage.span, program.damage.places);
  wrong ||= damaged;
  for (const [name, declaration] of damaged ? [] : required) {
    // A misspelt entry is reported as such; its absence would be the same mistake told twice.
    const misspelt = stage.entries.some(
      (entry) => !isKnown(entry.name.text, definition) && suggest(entry.name.text, [name]) !== undefined,
    );
    if (entries.has(name) || misspelt) continue;
    wrong = true;
    program.diagnostics.add({
      code: 'missing-option',
      message: `\`${definition.name} ${stage.name.text}\` needs \`${name}\``,
      span: stage.name.span,
      hint: `add \`${name}: …\`: ${firstSentence(declaration.doc)}`,
    });
  }
  const sharedBy = <T>(declarations: OptionTable): Shared<T> => {
    const names = new Set<string>();
    for (const [name, entry] of entries)
      if (Object.hasOwn(declarations, name)) referencedNames(entry.value, names);
    return { names, results: new Map() };
  };
  return {
    definition,
    entries,
    places,
    given: new Set(entries.keys()),
    wrong,
    options: sharedBy(definition.options),
    common: sharedBy(commonOptions),
    name: program.prefix + stage.name.text,
    reads: Object.entries(definition.inputs).flatMap(([name, declaration]) => {
      const entry = entries.get(name);
      return entry === undefined ? [] : [{ name, declaration, entry }];
    }),
    after: entries.get('after'),
    stages: inside?.stages,
  };
}

function resolveInstance(
  instance: Instance,
  stage: Prepared,
  instances: Instances,
  program: Program,
): ResolvedStep {
  const { definition } = stage;
  const { scope } = instance;
  const inside = resolveBlock(instance.stage, stage, scope, instances, program);
  const at = inside?.scope ?? scope;
  const resolve = (declarations: OptionTable) => () => resolveOptions(declarations, stage, at, program);
  // Places of stages in a block depend on more than the options themselves.
  const options =
    inside === undefined
      ? shared(stage.options, scope, resolve(definition.options))
      : resolve(definition.options)();
  const common = shared(stage.common, scope, () => resolveCommon(stage, scope, program));
  let complete = !stage.wrong && options.complete && common.complete && inside?.complete !== false;
  const inputs: Record<string, CheckedInput> = inside === undefined ? {} : { ...inside.inputs };
  for (const { name, declaration, entry } of stage.reads) {
    const read = (): CheckedInput | undefined =>
      plainInput(entry, declaration, scope, instances, program) ??
      resolveInput(entry.value, { name, declaration, scope }, instances, program);
    // Stages mean other instances in every scope; files and model sources do not.
    const value = entry.value.node === 'text' ? shared(entry.inputs, scope, read) : read();
    if (value === undefined) complete = false;
    else inputs[name] = value;
  }
  for (const [name, input] of complete ? Object.entries(inputs) : []) {
    const more = namedFiles(name, input, stage, options.values, program);
    if (more === undefined) complete = false;
    else inputs[name] = more;
  }
  const named = resolveCallModels(definition, options.callModels, scope, instances, program);
  complete &&= named.complete;
  Object.assign(inputs, named.inputs);
  const { after } = stage;
  const earlier = after === undefined ? nothing : resolveAfter(after.value, scope, instances, program);

  const step: ResolvedStep = {
    id: instance.id,
    name: stage.name,
    keys: instance.keys,
    definition,
    options: options.values,
    common: common.values,
    inputs,
    after: earlier ?? nothing,
    doc: instance.stage.doc,
    span: instance.stage.name.span,
    places: options.callModels.size === 0 ? stage.places : { ...stage.places, ...named.places },
    complete: complete && earlier !== undefined,
    given: stage.given,
  };
  if (inside === undefined) return step;
  const { block, partNames, stages } = inside;
  return { ...step, places: { ...step.places, ...inside.places }, block, partNames, inside: stages };
}

/** With the files that its files name; nothing where that is wrong. */
function namedFiles(
  name: string,
  input: CheckedInput,
  { definition, places }: Prepared,
  options: Readonly<Record<string, Json>>,
  program: Program,
): CheckedInput | undefined {
  if (input.from !== 'files' || definition.namedFiles === undefined) return input;
  const values = options as OptionValues<OptionTable>; // as the stage declares them
  const fact = definition.namedFiles(name, input.paths, values, program.facts);
  if (fact.state === 'unknown') return input;
  if (fact.state === 'known') return { from: 'files', paths: [...input.paths, ...fact.value] };
  const span = places[name];
  if (span !== undefined) program.diagnostics.add({ span, ...fact.problem });
  return undefined;
}

const nothing: readonly never[] = [];

function resolveCommon(
  stage: Prepared,
  scope: Scope,
  program: Program,
): { readonly values: CommonValues; readonly complete: boolean } {
  const { values, complete } = resolveOptions(commonOptions, stage, scope, program);
  const resources = stage.entries.get('resources')?.value;
  if (resources !== undefined) checkResources(resourcesOf(values), resources, program);
  return { values: commonValues(values), complete };
}

/** The short way for what most inputs are. Whatever is wrong is told on the long one. */
function plainInput(
  entry: PreparedEntry,
  { shape, calls }: Input,
  scope: Scope,
  instances: Instances,
  program: Program,
): CheckedInput | undefined {
  if (shape !== 'one' || calls !== undefined) return undefined; // a name may be a call's
  entry.plain ??= plainReference(entry.value, scope, instances, program) ?? null;
  const instance = entry.plain?.find(scope);
  if (entry.plain === null || instance === undefined) return undefined;
  return { from: 'step', step: instance.id, part: entry.plain.part };
}

/** In a stage that contains stages, `scope` has its block: for options that name one of them, and for nothing else. */
export function resolveOptions(
  declarations: OptionTable,
  stage: Prepared,
  scope: Scope,
  program: Program,
): ResolvedOptions {
  let complete = true;
  const values: Record<string, Json> = {};
  const own = stage.stages === undefined ? scope : { bindings: scope.bindings };
  const { choiceTexts } = scope.block ?? {};
  const callModels = new Map<string, CallModel[]>();
  const around = {
    ...program,
    ...(stage.stages !== undefined && choiceTexts !== undefined && { choiceTexts }),
    callModels,
  };
  for (const [name, declaration] of Object.entries(declarations)) {
    const entry = stage.entries.get(name);
    const at = declaration.kind.type === 'objective' ? scope : own;
    const given = entry === undefined ? undefined : resolveOption(entry.value, declaration.kind, at, around);
    if (entry !== undefined && given === undefined) complete = false;
    const value = given ?? declaration.fallback;
    if (value !== undefined) values[name] = value;
  }
  return { values, complete, callModels };
}

export function commonValues(values: Readonly<Record<string, Json | undefined>>): CommonValues {
  const { device } = values;
  return {
    seed: typeof values.seed === 'number' ? values.seed : 0,
    device: device === 'cpu' || device === 'gpu' ? device : 'auto',
    resources: resourcesOf(values),
    timeout: typeof values.timeout === 'number' ? values.timeout : undefined,
    retries: typeof values.retries === 'number' ? values.retries : 0,
    cache: values.cache !== false,
    allow: reasonOf(values.allow),
  };
}

/** The words of `allow: leakage("…")`. */
function reasonOf(allow: Json | undefined): string | undefined {
  const call = allow as CallValue<'leakage', { readonly why: string }> | undefined; // as declared in `commonOptions`
  return call?.arguments.why;
}

/** The result for this scope: found, or made and kept for instances with equal values of the variables it depends on. */
function shared<T>({ names, results }: Shared<T>, scope: Scope, make: () => T): T {
  let key = '';
  for (const binding of scope.bindings)
    if (names.has(binding.name)) key += `${binding.each.span.start}:${binding.ordinal}/`;
  const found = results.get(key);
  if (found !== undefined) return found.value;
  const value = make();
  results.set(key, { value });
  return value;
}

function resolveAfter(
  expr: Ast.Expr,
  scope: Scope,
  instances: Instances,
  program: Program,
): readonly string[] | undefined {
  const items = expr.node === 'list' ? expr.items : [expr];
  const steps: string[] = [];
  for (const item of items) {
    const referred = resolveReference(item, scope, instances, program);
    if (referred === undefined) return undefined;
    steps.push(...referred.instances.map((instance) => instance.id));
  }
  return steps;
}

function firstSentence(doc: string): string {
  const end = doc.search(/[.!?](\s|$)/);
  return end === -1 ? doc : doc.slice(0, end + 1);
}

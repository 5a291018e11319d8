// Every instance to a step with resolved options and inputs. Entries that use no `each` variable are resolved once.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { commonOptions } from '../stages/common-options.ts';
import type { Option } from '../stages/option.ts';
import type { StageDefinition } from '../stages/stage.ts';
import type { Json } from '../stages/value.ts';
import { referencedNames } from './evaluate.ts';
import type { Instance, Instances } from './expand.ts';
import type { CheckedInput, CheckedStep, CommonValues } from './pipeline.ts';
import type { Program, Scope } from './program.ts';
import { listWords } from './check-value.ts';
import { resolveOption } from './resolve-option.ts';
import { resolveInput } from './resolve-input.ts';
import { resolveReference } from './references.ts';

/** A step before its artifacts are checked. */
export type ResolvedStep = Omit<CheckedStep, 'outputs'> & {
  /** Whether every option and input could be resolved; a report stands for it otherwise. */
  readonly complete: boolean;
  /** Options and inputs that the program gives, as against defaults. */
  readonly given: ReadonlySet<string>;
};

/** Options of the language that this version refuses by name rather than ignore. */
const unsupportedOptions = new Set(['resources', 'allow']);

export function resolveSteps(instances: Instances, program: Program): ResolvedStep[] {
  checkDefaults(program);
  const steps: ResolvedStep[] = [];
  for (const { instances: list } of instances.values()) {
    const prepared = new Map<Ast.Stage, Prepared | undefined>();
    for (const instance of list) {
      if (!prepared.has(instance.stage)) prepared.set(instance.stage, prepare(instance.stage, program));
      const stage = prepared.get(instance.stage);
      if (stage !== undefined) steps.push(resolveInstance(instance, stage, instances, program));
    }
  }
  return steps;
}

/** What all instances of a stage share. */
interface Prepared {
  readonly definition: StageDefinition;
  readonly entries: ReadonlyMap<string, PreparedEntry>;
  readonly places: Readonly<Record<string, Span>>;
  readonly given: ReadonlySet<string>;
  readonly defaults: Readonly<Record<string, Json>>;
  readonly wrong: boolean;
}

interface PreparedEntry {
  readonly value: Ast.Expr;
  /** `each` variables around the stage that the value mentions. */
  readonly names: ReadonlySet<string>;
  /** Results by the values of those variables. */
  readonly cache: Map<string, { readonly result: unknown }>;
}

function prepare(stage: Ast.Stage, program: Program): Prepared | undefined {
  const definition = program.registry.kind(stage.kind.text);
  if (definition === undefined) {
    reportKind(stage.kind, program);
    return undefined;
  }
  let wrong = false;
  for (const nested of stage.body) {
    wrong = true;
    program.diagnostics.add({
      code: 'not-supported',
      message: `\`${definition.name}\` takes no stages inside it`,
      span: 'name' in nested ? nested.name.span : nested.span,
      hint: 'move the stage out of the block',
    });
  }
  const entries = new Map<string, PreparedEntry>();
  const places: Record<string, Span> = {};
  const add = (entry: Ast.Entry): void => {
    entries.set(entry.name.text, {
      value: entry.value,
      names: referencedNames(entry.value),
      cache: new Map(),
    });
    places[entry.name.text] = entry.value.span;
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
  for (const [name, declaration] of required) {
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
  const defaults: Record<string, Json> = {};
  for (const [name, option] of Object.entries(definition.options))
    if (option.fallback !== undefined) defaults[name] = option.fallback;
  return { definition, entries, places, given: new Set(entries.keys()), defaults, wrong };
}

function resolveInstance(
  instance: Instance,
  stage: Prepared,
  instances: Instances,
  program: Program,
): ResolvedStep {
  const { definition, entries } = stage;
  const { scope } = instance;
  let complete = !stage.wrong;
  const resolved = <T>(name: string, resolve: (entry: PreparedEntry) => T | undefined): T | undefined => {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    const value = resolve(entry);
    if (value === undefined) complete = false;
    return value;
  };
  const option = (name: string, declaration: Option<unknown>): Json | undefined =>
    resolved(name, (entry) =>
      cached(entry, scope, () => resolveOption(entry.value, declaration.kind, scope, program)),
    );

  const options: Record<string, Json> = { ...stage.defaults };
  for (const [name, declaration] of Object.entries(definition.options)) {
    const value = option(name, declaration);
    if (value !== undefined) options[name] = value;
  }
  const inputs: Record<string, CheckedInput> = {};
  for (const [name, declaration] of Object.entries(definition.inputs)) {
    const value = resolved(name, (entry) =>
      cachedInput(entry, scope, () =>
        resolveInput(entry.value, { name, declaration, scope }, instances, program),
      ),
    );
    if (value !== undefined) inputs[name] = value;
  }
  const common: Record<string, Json | undefined> = {};
  for (const [name, declaration] of Object.entries(commonOptions))
    common[name] = option(name, declaration) ?? declaration.fallback;
  const after = resolved('after', (entry) => resolveAfter(entry.value, scope, instances, program)) ?? [];

  return {
    id: instance.id,
    name: instance.stage.name.text,
    keys: instance.keys,
    definition,
    options,
    common: commonValues(common),
    inputs,
    after,
    doc: instance.stage.doc,
    span: instance.stage.name.span,
    places: stage.places,
    complete,
    given: stage.given,
  };
}

function commonValues(values: Readonly<Record<string, Json | undefined>>): CommonValues {
  const { device } = values;
  return {
    seed: typeof values.seed === 'number' ? values.seed : 0,
    device: device === 'cpu' || device === 'gpu' ? device : 'auto',
    timeout: typeof values.timeout === 'number' ? values.timeout : undefined,
    retries: typeof values.retries === 'number' ? values.retries : 0,
    cache: values.cache !== false,
  };
}

/** Shares results between instances with equal values of the variables that the entry mentions. */
function cached<T>(entry: PreparedEntry, scope: Scope, resolve: () => T): T {
  let key = '';
  for (const binding of scope.bindings)
    if (entry.names.has(binding.name)) key += `${binding.each.span.start}:${binding.ordinal}/`;
  const hit = entry.cache.get(key);
  if (hit !== undefined) return hit.result as T; // an entry belongs to one option, so to one type
  const result = resolve();
  entry.cache.set(key, { result });
  return result;
}

/** Stages mean other instances in every scope; files and model sources do not. */
function cachedInput(
  entry: PreparedEntry,
  scope: Scope,
  resolve: () => CheckedInput | undefined,
): CheckedInput | undefined {
  return entry.value.node === 'text' ? cached(entry, scope, resolve) : resolve();
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

function checkDefaults(program: Program): void {
  for (const declaration of program.file.declarations) {
    if (declaration.node !== 'defaults') continue;
    const definition = program.registry.kind(declaration.kind.text);
    if (definition === undefined) {
      reportKind(declaration.kind, program);
      continue;
    }
    for (const entry of declaration.entries) checkEntryName(entry, definition, program);
  }
}

function reportKind(kind: Ast.Name, program: Program): void {
  const kinds = program.registry.kinds.map((definition) => definition.name);
  const near = suggest(kind.text, kinds);
  program.diagnostics.add({
    code: 'unknown-kind',
    message: `there is no stage kind \`${kind.text}\``,
    span: kind.span,
    hint: near === undefined ? `the kinds are ${listWords(kinds)}` : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { fix: { span: kind.span, text: near } }),
  });
}

function isKnown(name: string, definition: StageDefinition): boolean {
  return (
    Object.hasOwn(definition.options, name) ||
    Object.hasOwn(definition.inputs, name) ||
    Object.hasOwn(commonOptions, name) ||
    name === 'after'
  );
}

function checkEntryName(entry: Ast.Entry, definition: StageDefinition, program: Program): boolean {
  const name = entry.name.text;
  if (isKnown(name, definition)) return true;
  if (unsupportedOptions.has(name)) {
    program.diagnostics.add({
      code: 'not-supported',
      message: `\`${name}\` is not run by this version of fslrun`,
      span: entry.name.span,
      hint: 'remove it',
    });
    return false;
  }
  const own = [...Object.keys(definition.inputs), ...Object.keys(definition.options)];
  const near = suggest(name, [...own, ...Object.keys(commonOptions), 'after']);
  program.diagnostics.add({
    code: 'unknown-option',
    message: `\`${definition.name}\` has no option \`${name}\``,
    span: entry.name.span,
    hint: near === undefined ? `its options are ${listWords(own)}` : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { fix: { span: entry.name.span, text: near } }),
  });
  return false;
}

function firstSentence(doc: string): string {
  const end = doc.search(/[.!?](\s|$)/);
  return end === -1 ? doc : doc.slice(0, end + 1);
}

// Walks the steps in order, with what is known of every artifact: parts, artifact types, each stage's own check, leakage.
import type { Problem } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import type { ArtifactType, Static, StaticModel } from '../stages/artifact.ts';
import type { Cost } from '../stages/cost.ts';
import type { Facts } from '../stages/facts.ts';
import type { Input, StageDefinition, Statics } from '../stages/stage.ts';
import { checkBlock } from './check-block.ts';
import { nameOfPart, withPartsNamed } from './name-parts.ts';
import type { CheckedInput, CheckedStep, Mark } from './pipeline.ts';
import type { Program } from './program.ts';
import { listWords } from './check-value.ts';
import { reportLeakage, type OwnLeak } from './report-leakage.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** What has been found out so far, by step id and part. */
export interface Known {
  readonly steps: Map<string, ResolvedStep>;
  readonly outputs: Map<string, Readonly<Record<string, Static>>>;
  /** What was found of steps that share their options and what is known of their inputs: such steps are checked once. */
  readonly checked: Map<string, Found>;
  /** What the stages themselves say of leakage. */
  readonly leaks: OwnLeak[];
  readonly identity: (value: object) => number;
  /** Places where an artifact has been found to be what the input takes. */
  readonly fitting: WeakMap<Static, Set<Span>>;
}

/** What a stage's own check gives. */
interface Found {
  readonly outputs: Readonly<Record<string, Static>>;
  readonly leaks: readonly Omit<OwnLeak, 'step'>[];
}

export function checkSteps(ordered: readonly ResolvedStep[], program: Program): CheckedStep[] {
  const known: Known = {
    steps: new Map(ordered.map((step) => [step.id, step])),
    outputs: new Map(),
    checked: new Map(),
    leaks: [],
    identity: identities(),
    fitting: new WeakMap(),
  };
  const costs = new WeakMap<object, readonly Cost[]>();
  const named: ResolvedStep[] = [];
  for (const declared of ordered) {
    const step = withPartsNamed(declared, known.steps);
    known.steps.set(step.id, step);
    const own = fittingOutputs(step, known, program);
    const outputs = step.block === undefined ? own : { ...own, ...checkBlock(step, known, program) };
    known.outputs.set(step.id, outputs);
    named.push(step);
  }
  const outputsOf = (step: ResolvedStep) => known.outputs.get(step.id) ?? {};
  const marks = reportLeakage(named, outputsOf, known.leaks, program);
  return named.map((step) => {
    const outputs = outputsOf(step);
    // Steps that share what is known of their outputs share everything that the cost depends on.
    let cost = costs.get(outputs);
    if (cost === undefined) costs.set(outputs, (cost = costOf(step, outputs, known, program)));
    return checkedStep(step, outputs, { cost, marks: marks.get(step.id) ?? unmarked });
  });
}

const unmarked: readonly Mark[] = [];

/** What the step gives, as far as its inputs are what they should be. */
export function fittingOutputs(
  step: ResolvedStep,
  known: Known,
  program: Program,
): Readonly<Record<string, Static>> {
  let fits = step.complete;
  for (const [name, input] of Object.entries(step.inputs))
    if (!readInside(step, name)) fits = checkInput(step, name, input, known, program) && fits;
  return fits ? checkOnce(step, known, program) : unknownOutputs(step);
}

/** Whether it is a stage inside the step that reads the input. */
function readInside({ block, definition }: ResolvedStep, input: string): boolean {
  return block !== undefined && !Object.hasOwn(definition.inputs, input);
}

function costOf(
  step: ResolvedStep,
  outputs: Readonly<Record<string, Static>>,
  known: Known,
  { facts, diagnostics }: Program,
): readonly Cost[] {
  const { definition, options } = step;
  if (!step.complete || diagnostics.hasErrors) return [];
  const costs = definition.cost?.({ options, inputs: staticsOf(step, known, facts), outputs }) ?? [];
  return costs.filter(({ count }) => count !== 0);
}

function checkedStep(
  step: ResolvedStep,
  outputs: Readonly<Record<string, Static>>,
  { cost, marks }: Pick<CheckedStep, 'cost' | 'marks'>,
): CheckedStep {
  const { id, name, keys, definition, options, common, inputs, after, doc, span, places } = step;
  const { block, partNames } = step;
  return {
    id,
    name,
    keys,
    definition,
    options,
    common,
    inputs,
    after,
    outputs,
    cost,
    doc,
    span,
    places,
    marks,
    ...(block === undefined ? {} : { block }),
    ...(partNames === undefined ? {} : { partNames }),
  };
}

function checkOnce(step: ResolvedStep, known: Known, program: Program): Readonly<Record<string, Static>> {
  const { identity, checked } = known;
  if (step.block !== undefined) return told(step, checkOwn(step, known, program), known);
  let key = `${identity(step.options)}`;
  for (const [name, input] of Object.entries(step.inputs)) {
    if (input.from === 'many') return told(step, checkOwn(step, known, program), known);
    const artifact = input.from === 'step' ? staticOf(input, known, program.facts) : input;
    key += `|${name}:${artifact === undefined ? '' : identity(artifact)}`;
  }
  const found = checked.get(key);
  const result = found ?? checkOwn(step, known, program);
  checked.set(key, result);
  return told(step, result, known);
}

/** Leakage is told of each step, since each may be allowed it. */
function told(step: ResolvedStep, { outputs, leaks }: Found, known: Known): Found['outputs'] {
  for (const leak of leaks) known.leaks.push({ step, ...leak });
  return outputs;
}

/** A number for every object. */
function identities(): (value: object) => number {
  const numbers = new WeakMap<object, number>();
  let next = 0;
  return (value) => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, next);
    return next++;
  };
}

/** Runs the declaration's own check, with problems placed at the option or input they name. */
function checkOwn(step: ResolvedStep, known: Known, program: Program): Found {
  const { definition } = step;
  const leaks: Omit<OwnLeak, 'step'>[] = [];
  const outputs = definition.check({
    options: step.options,
    given: (name) => step.given.has(name),
    inputs: staticsOf(step, known, program.facts),
    facts: program.facts,
    report: (at, problem) => program.diagnostics.add({ span: step.places[at] ?? step.span, ...problem }),
    leak: (at, problem) => leaks.push({ at, problem }),
  });
  return { outputs, leaks };
}

function unknownOutputs(step: ResolvedStep): Readonly<Record<string, Static>> {
  return Object.fromEntries(
    Object.entries(step.definition.outputs).map(([part, { type }]) => [part, unknownStatic(type, part)]),
  );
}

/** Says nothing about an artifact but its type, so that one mistake is not told again by every stage behind it. */
export function unknownStatic(type: ArtifactType, part: string): Static {
  switch (type) {
    case 'dataset': {
      const partition =
        part === 'train' || part === 'validation' || part === 'test' || part === 'unlabelled'
          ? part
          : undefined;
      return {
        type,
        columns: undefined,
        rows: undefined,
        labelled: partition !== 'unlabelled',
        labels: undefined,
        partition,
      };
    }
    case 'model':
      return { type, capability: 'classifier', labels: undefined };
    case 'report':
      return { type, metrics: undefined };
    case 'files':
      return { type };
    default:
      return type satisfies never;
  }
}

/** The static artifact behind an input, or nothing where it is wrong or unknown. */
export function staticOf(input: CheckedInput, known: Known, facts: Facts): Static | undefined {
  switch (input.from) {
    case 'step':
      return known.outputs.get(input.step)?.[input.part];
    case 'files':
      return { type: 'files' };
    case 'builtin':
      return { type: 'model', capability: 'encoder', labels: undefined, masked: false };
    case 'folder': {
      const fact = facts.modelFolder(input.path);
      return fact.state === 'known' ? { type: 'model', ...fact.value } : undefined;
    }
    case 'many':
      return undefined;
    default:
      return input satisfies never;
  }
}

function staticsOf(step: ResolvedStep, known: Known, facts: Facts): Statics {
  const get = (name: string): Static | undefined => {
    const input = step.inputs[name];
    return input === undefined ? undefined : staticOf(input, known, facts);
  };
  const typed = <T extends ArtifactType>(name: string, type: T): Extract<Static, { type: T }> | undefined => {
    const artifact = get(name);
    return artifact?.type === type ? (artifact as Extract<Static, { type: T }>) : undefined; // narrowed by `type`
  };
  return {
    dataset: (name) => typed(name, 'dataset'),
    model: (name) => typed(name, 'model'),
    report: (name) => typed(name, 'report'),
    files: (name) => {
      const input = step.inputs[name];
      return input?.from === 'files' ? { type: 'files', paths: input.paths } : undefined;
    },
    many: (name) => {
      const input = step.inputs[name];
      if (input?.from !== 'many') return [];
      return input.members.flatMap((member) => {
        const artifact = staticOf(member.input, known, facts);
        return artifact === undefined ? [] : [{ name: member.name, keys: member.keys, static: artifact }];
      });
    },
  };
}

/** Whether the input is of the declared type; reports where it is not. */
function checkInput(
  step: ResolvedStep,
  name: string,
  input: CheckedInput,
  known: Known,
  program: Program,
): boolean {
  if (input.from === 'many')
    return input.members.map((member) => checkInput(step, name, member.input, known, program)).every(Boolean);
  const artifact = input.from === 'step' ? staticOf(input, known, program.facts) : undefined;
  if (artifact === undefined) return checkOne(step, name, input, known, program);
  // Instances that read, at one place of the program, parts of which the same is known, are checked once.
  const span = step.places[name] ?? step.span;
  let places = known.fitting.get(artifact);
  if (places === undefined) known.fitting.set(artifact, (places = new Set()));
  if (places.has(span)) return true;
  const fits = checkOne(step, name, input, known, program);
  if (fits) places.add(span);
  return fits;
}

function checkOne(
  step: ResolvedStep,
  name: string,
  input: CheckedInput,
  known: Known,
  program: Program,
): boolean {
  const declaration = step.definition.inputs[name];
  const span = step.places[name] ?? step.span;
  if (declaration === undefined) return false;
  const report = (problem: Omit<Problem, 'span'>): false => {
    program.diagnostics.add({ span, ...problem });
    return false;
  };
  if (input.from === 'folder') {
    const fact = program.facts.modelFolder(input.path);
    if (fact.state === 'wrong') return report(fact.problem);
  }
  if (input.from === 'step') {
    const source = known.steps.get(input.step);
    if (source === undefined) return false; // its kind is unknown: reported there
    if (!checkPart(source, input.part, report)) return false;
  }
  const artifact = staticOf(input, known, program.facts);
  if (artifact === undefined) return input.from === 'folder';
  if (artifact.type !== declaration.accepts) {
    return report({
      code: 'wrong-artifact',
      message: `\`${name}\` takes a ${declaration.accepts}, and ${describeSource(input, known)} gives a ${artifact.type}`,
      hint: wrongArtifactHint(declaration, artifact, step.definition),
    });
  }
  return artifact.type === 'model' ? checkCapability(artifact, declaration, input, known, report) : true;
}

function checkPart(
  source: ResolvedStep,
  part: string,
  report: (problem: Omit<Problem, 'span'>) => false,
): boolean {
  const { definition, partNames = {} } = source;
  const absent = source.complete ? (definition.absent?.(source.options) ?? []) : [];
  if (Object.hasOwn(definition.outputs, part) && !absent.includes(part)) return true;
  if (Object.values(partNames).includes(part)) return true;
  const own = Object.keys(definition.outputs).filter((name) => !absent.includes(name));
  const present = [...Object.keys(partNames), ...own];
  if (absent.includes(part)) {
    return report({
      code: 'unknown-part',
      message: `\`${source.name}\` has no part \`${part}\`, because its option \`${part}\` is not given`,
      notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
      hint: `add \`${part}: …\` to \`${source.name}\`, or use ${present.map((name) => `\`${source.name}.${name}\``).join(', ')}`,
    });
  }
  if (part === '') {
    return report({
      code: 'unknown-part',
      message: `\`${source.name}\` gives several parts`,
      hint: `choose one: ${present.map((name) => `\`${source.name}.${name}\``).join(', ')}`,
    });
  }
  const inside = source.block?.stages.find(({ name }) => name === part.split('.')[0]);
  if (inside !== undefined && definition.block !== undefined && Object.keys(inside.handed).length === 0) {
    const { folds, held } = definition.block;
    return report({
      code: 'unknown-part',
      message: `\`${source.name}\` does not give \`${part}\`: it depends on \`${folds}.${held}\`, so it cannot be made again of all rows`,
      notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
      hint: `use ${present.map((name) => `\`${source.name}.${name}\``).join(', ')}`,
    });
  }
  if (source.block !== undefined && !source.complete) return false; // the stage may be one of those with a mistake
  const near = suggest(part, present);
  return report({
    code: 'unknown-part',
    message: `\`${source.name}\` has no part \`${part}\``,
    notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
    hint:
      near !== undefined && near !== ''
        ? `did you mean \`${source.name}.${near}\`?`
        : present.length === 1 && present[0] === ''
          ? `a \`${definition.name}\` gives one ${definition.outputs['']?.type ?? 'artifact'}: write \`${source.name}\``
          : `its parts are ${listWords(present)}`,
  });
}

function checkCapability(
  model: StaticModel,
  declaration: Input,
  input: CheckedInput,
  known: Known,
  report: (problem: Omit<Problem, 'span'>) => false,
): boolean {
  const { capability } = declaration;
  if (capability === undefined || model.capability === capability) return true;
  if (capability === 'encoder' && model.capability === 'classifier') return true; // its encoder is taken
  if (capability === 'classifier') {
    return report({
      code: 'needs-classifier',
      message: `a classifier is needed here, and ${describeSource(input, known)} is a model of the kind \`${model.capability}\``,
      hint: 'put a `fine-tune` between them: `fine-tune m { model: …, from: parts.train }`, and name `m` here',
    });
  }
  return report({
    code: 'wrong-artifact',
    message: `a model of the kind \`${capability}\` is needed here, and ${describeSource(input, known)} is of the kind \`${model.capability}\``,
    hint: 'name a model source such as "builtin:ngrams" or a folder',
  });
}

function describeSource(input: CheckedInput, known: Known): string {
  switch (input.from) {
    case 'step': {
      const step = known.steps.get(input.step);
      const [name, part] = [step?.name ?? input.step, nameOfPart(step ?? {}, input.part)];
      return `\`${part === '' ? name : `${name}.${part}`}\``;
    }
    case 'builtin':
      return `"builtin:${input.name}"`;
    case 'folder':
      return 'this folder';
    case 'files':
      return 'this path';
    case 'many':
      return 'this list';
    default:
      return input satisfies never;
  }
}

function wrongArtifactHint(declaration: Input, found: Static, definition: StageDefinition): string {
  if (declaration.accepts === 'dataset' && found.type === 'model')
    return 'a model is not data: name a `load`, a part of a `split`, or an `augment`';
  if (declaration.accepts === 'report')
    return `\`${definition.name}\` reads reports: name an \`evaluate\` stage`;
  if (declaration.accepts === 'model') return 'name a `fine-tune` stage or a model source';
  return `name a stage that gives a ${declaration.accepts}`;
}

// Walks the steps in order, with what is known of every artifact: parts, artifact types, each stage's own check, leakage.
import type { ArtifactType, Static } from '../stages/artifact.ts';
import type { Cost } from '../stages/cost.ts';
import type { Facts } from '../stages/facts.ts';
import type { Statics } from '../stages/stage.ts';
import { checkBlock } from './check-block.ts';
import { checkInput } from './check-input.ts';
import { staticOf, unknownStatic, type Found, type Known } from './known-artifacts.ts';
import { withPartsNamed } from './name-parts.ts';
import { memberPlace, type CheckedStep, type Mark } from './pipeline.ts';
import type { Program } from './program.ts';
import { reportLeakage, type OwnLeak } from './report-leakage.ts';
import type { ResolvedStep } from './resolve-steps.ts';

export function checkSteps(ordered: readonly ResolvedStep[], program: Program): CheckedStep[] {
  const known: Known = {
    steps: new Map(ordered.map((step) => [step.id, step])),
    outputs: new Map(),
    checked: new Map(),
    leaks: [],
    identity: identities(),
    fitting: new WeakMap(),
    builtin: (name) => program.registry.builtin(name),
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
      return input.members.flatMap((member, i) => {
        const artifact = staticOf(member.input, known, facts);
        const { name: own, keys } = member;
        const span = step.places[memberPlace(name, i)];
        return artifact === undefined
          ? []
          : [{ name: own, keys, static: artifact, ...(span !== undefined && { span }) }];
      });
    },
  };
}

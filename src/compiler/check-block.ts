// The stages inside a step against what they read: each as a step of its own, once for every value that a trial may choose.
// Gives what is known of the parts that the step hands out.
import { Diagnostics, type Diagnostic } from '../parser/diagnostic.ts';
import type { Objective } from '../stages/stage.ts';
import type { Static, StaticDataset } from '../stages/artifact.ts';
import { heldStages } from './block-order.ts';
import { exampleTrials, foldStep, innerStep } from './block-steps.ts';
import { checkPrecision } from './check-precision.ts';
import { fittingOutputs } from './check-steps.ts';
import { staticOf, unknownStatic, type Known } from './known-artifacts.ts';
import { listWords } from './check-value.ts';
import type { Program } from './program.ts';
import type { ResolvedStep } from './resolve-steps.ts';

export function checkBlock(
  step: ResolvedStep,
  known: Known,
  program: Program,
): Readonly<Record<string, Static>> {
  const folds = foldStep(step);
  if (folds !== undefined) {
    known.steps.set(folds.id, folds);
    known.outputs.set(folds.id, foldStatics(step, known, program));
  }
  const handed: Record<string, Static> = {};
  const reports: (Readonly<Record<string, Static>> | undefined)[] = [];
  for (const [position, stage] of (step.block?.stages ?? []).entries()) {
    // Every trial is checked; what is said of a stage behind is that of the first.
    const trials = [...exampleTrials(step, position)].reverse();
    const said: Diagnostics[] = [];
    for (const values of trials) {
      const inner = innerStep(step, position, values);
      if (inner === undefined) continue;
      known.steps.set(inner.id, inner);
      const diagnostics = new Diagnostics();
      said.push(diagnostics);
      const outputs = fittingOutputs(inner, known, { ...program, diagnostics });
      known.outputs.set(inner.id, outputs);
      if (inner.complete) reports[position] = outputs;
      for (const [part, as] of Object.entries(stage.handed))
        handed[as] = outputs[part] ?? unknownStatic(stage.definition.outputs[part]?.type ?? 'files', part);
    }
    for (const problem of worthSaying(said)) program.diagnostics.add(problem);
  }
  checkObjectives(step, reports, program);
  checkPrecision(step, program.diagnostics);
  return handed;
}

/** Errors of any trial, and warnings of all: an option may well have an effect in some of them only. */
function worthSaying(said: readonly Diagnostics[]): readonly Diagnostic[] {
  const all = said.map((one) => one.sorted());
  const alike = (a: Diagnostic, b: Diagnostic): boolean =>
    a.code === b.code && a.message === b.message && a.span.start === b.span.start;
  return all
    .flat()
    .filter(
      (problem) =>
        problem.severity === 'error' || all.every((others) => others.some((other) => alike(problem, other))),
    );
}

/** What each fold is drawn from, without what the drawing decides. */
function foldStatics(step: ResolvedStep, known: Known, program: Program): Readonly<Record<string, Static>> {
  const parts = Object.entries(step.definition.block?.parts ?? {}).map(([name, part]) => ({
    name,
    part,
    input: part.of.find((one) => step.inputs[one] !== undefined),
  }));
  const statics: Record<string, Static> = {};
  for (const { name, part, input } of parts) {
    const from = input === undefined ? undefined : step.inputs[input];
    const whole = from === undefined ? undefined : staticOf(from, known, program.facts);
    const drawn = parts.filter((other) => other.input === input).length > 1;
    const dataset = whole?.type === 'dataset' ? whole : unknownStatic('dataset', name);
    if (dataset.type !== 'dataset') continue;
    statics[name] = { ...(drawn ? withoutCounts(dataset) : dataset), partition: part.partition };
  }
  return statics;
}

function withoutCounts(dataset: StaticDataset): StaticDataset {
  return {
    ...dataset,
    rows: undefined,
    labels: dataset.labels?.map(({ name }) => ({ name, rows: undefined })),
  };
}

/** What is maximised has to be measured, and on rows that no candidate has learnt from. */
function checkObjectives(
  step: ResolvedStep,
  outputs: readonly (Readonly<Record<string, Static>> | undefined)[],
  program: Program,
): void {
  const { definition, block, options, places } = step;
  if (definition.block === undefined || block === undefined) return;
  const held = heldStages(block.stages, definition.block);
  for (const name of definition.block.objectives) {
    const objective = options[name] as unknown as Objective | undefined; // resolved by `resolve-objective`
    const stage = objective === undefined ? undefined : block.stages[objective.stage];
    const known = objective === undefined ? undefined : outputs[objective.stage];
    if (objective === undefined || stage === undefined || known === undefined) continue;
    const span = places[name] ?? step.span;
    const report = known[''];
    if (report?.type !== 'report')
      program.diagnostics.add({
        code: 'wrong-artifact',
        message: `\`${stage.name}\` measures nothing: \`${name}\` takes a metric of a report`,
        span,
        hint: 'name an `evaluate` of the block',
      });
    else if (report.metrics?.includes(objective.metric) === false)
      program.diagnostics.add({
        code: 'unknown-name',
        message: `\`${stage.name}\` does not measure \`${objective.metric}\``,
        span,
        hint: `it measures ${listWords(report.metrics)}; add it to its \`metrics\``,
      });
    else if (held[objective.stage] !== true)
      program.diagnostics.add({
        code: 'wrong-artifact',
        message: `\`${stage.name}\` does not measure on \`${definition.block.folds}.${definition.block.held}\`, the rows that are held back`,
        span,
        hint: `give it \`on: ${definition.block.folds}.${definition.block.held}\``,
      });
  }
}

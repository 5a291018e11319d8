// The public API: programs checked, planned and run from JavaScript, and the plain data that they give.
export { parse } from './parser/parse.ts';
export { printDiagnostics, diagnosticsAsJson } from './parser/print.ts';
export { Failure, type Diagnostic } from './parser/diagnostic.ts';
export { codes, type Code } from './parser/codes.ts';
export { compile, type Compilation, type CompileSettings } from './compiler/compile.ts';
export type { Pipeline, CheckedStep } from './compiler/pipeline.ts';
export { standardRegistry } from './stages/standard-registry.ts';
export type { Registry } from './stages/registry.ts';
export type { Report, EvaluationReport, ComparisonReport } from './stages/report.ts';
export { createFacts } from './runtime/facts.ts';
export { createDigester } from './runtime/digest-files.ts';
export { openStore, type Store } from './runtime/store.ts';
export { openPrevious } from './runtime/previous.ts';
export { plan, planSteps, type Plan, type PlannedStep } from './runtime/plan.ts';
export { execute } from './runtime/execute.ts';
export type { RunSettings } from './runtime/run-settings.ts';
export type { Event, RunResult } from './runtime/event.ts';

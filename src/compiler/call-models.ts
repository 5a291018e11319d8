// Models that arguments of calls name, `with: fill(model: drawn)`: members of an input of the stage, in the order in which they are
// read. The value of such an argument is its place among them, so that everything that knows inputs knows these models.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import type { StageDefinition } from '../stages/stage.ts';
import type { Instances } from './expand.ts';
import { memberPlace, type CheckedInput, type CheckedMember } from './pipeline.ts';
import { fileScope, type CallModel, type Program, type Scope } from './program.ts';
import { rootOf } from './references.ts';
import { resolveBlockInput } from './resolve-block-input.ts';
import { resolveInput, type InputPlace } from './resolve-input.ts';

/** Its place among the models of that input. */
export function addCallModel(expr: Ast.Expr, input: string, scope: Scope, program: Program): number {
  const models = program.callModels?.get(input) ?? [];
  program.callModels?.set(input, models);
  return models.push({ expr, scope }) - 1;
}

export interface ResolvedCallModels {
  readonly inputs: Readonly<Record<string, CheckedInput>>;
  readonly complete: boolean;
  /** Of the members, as in a step. */
  readonly places: Readonly<Record<string, Span>>;
}

/** The models that were found, as they are at `scope`, which may be another round of a loop than the one they were found in. */
export function resolveCallModels(
  definition: StageDefinition,
  found: ReadonlyMap<string, readonly CallModel[]>,
  scope: Scope,
  instances: Instances,
  program: Program,
): ResolvedCallModels {
  let complete = true;
  const inputs: Record<string, CheckedInput> = {};
  const places: Record<string, Span> = {};
  for (const [name, models] of found) {
    const declared = definition.inputs[name];
    if (declared === undefined) throw new Error(`\`${definition.name}\` has no input \`${name}\``);
    const declaration = { ...declared, shape: 'one' } as const;
    const members: CheckedMember[] = [];
    for (const model of models) {
      const at = model.scope === fileScope ? fileScope : scope;
      const input = oneModel(model.expr, { name: 'model', declaration, scope: at }, instances, program);
      if (input === undefined) complete = false;
      else {
        places[memberPlace(name, members.length)] = model.expr.span;
        members.push({ name: nameOf(input, members.length), keys: {}, input });
      }
    }
    inputs[name] = { from: 'many', members };
  }
  return { inputs, complete, places };
}

function oneModel(
  expr: Ast.Expr,
  place: InputPlace,
  instances: Instances,
  program: Program,
): CheckedInput | undefined {
  if (place.scope.block === undefined) return resolveInput(expr, place, instances, program);
  const found = resolveBlockInput(expr, place, instances, program);
  if (found === undefined || found.from === 'outside') return found?.input;
  const root = rootOf(expr);
  program.diagnostics.add({
    code: 'not-supported',
    message: `the model of a call stands outside the block, and \`${root?.name.text ?? 'this'}\` stands inside it`,
    span: expr.span,
    hint: 'name a model source, or a stage outside the block',
  });
  return undefined;
}

function nameOf(input: CheckedInput, position: number): string {
  return input.from === 'builtin' ? `builtin:${input.name}` : `model ${position + 1}`;
}

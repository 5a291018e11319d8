// The stages inside a stage as declared, before any of them is resolved: which may stand there, what they may be called, and
// which of their options mean nothing there because it is the outer stage that runs.
import type * as Ast from '../parser/ast.ts';
import { commonOptions } from '../stages/common-options.ts';
import type { BlockDeclaration } from '../stages/stage.ts';
import { listWords } from './check-value.ts';
import { isDeclared } from './resolve-option.ts';
import { prepare, type Prepared } from './resolve-steps.ts';
import { fileScope, type Program } from './program.ts';

/** One stage of a block. */
export interface PreparedStage {
  readonly stage: Ast.Stage;
  readonly prepared: Prepared;
}

export interface PreparedBlock {
  /** In the order of the program; without those that cannot stand there. */
  readonly stages: readonly PreparedStage[];
  readonly wrong: boolean;
}

/** For kinds that take no stages. */
export function refuseStages(stage: Ast.Stage, program: Program): boolean {
  const takers = program.registry.kinds.filter(({ block }) => block !== undefined).map(({ name }) => name);
  for (const nested of stage.body) {
    program.diagnostics.add({
      code: 'not-supported',
      message: `\`${stage.kind.text}\` takes no stages inside it`,
      span: 'name' in nested ? nested.name.span : nested.span,
      hint: `move the stage out of the block${takers.length === 0 ? '' : `; stages stand inside ${listWords(takers)}`}`,
    });
  }
  return stage.body.length > 0;
}

export function prepareBlock(outer: Ast.Stage, block: BlockDeclaration, program: Program): PreparedBlock {
  const stages: PreparedStage[] = [];
  const names = new Map<string, Ast.Name>();
  let wrong = false;
  for (const nested of outer.body) {
    if (nested.node !== 'stage') {
      wrong = true;
      program.diagnostics.add({
        code: 'unexpected-text',
        message: `only stages stand inside \`${outer.kind.text}\``,
        span: nested.span,
        hint: `put \`${outer.kind.text}\` into it, or declare it outside`,
      });
      continue;
    }
    if (!checkName(nested, names, outer, block, program)) wrong = true;
    if (nested.name.text === block.search || nested.name.text === block.folds) continue;
    names.set(nested.name.text, nested.name);
    const definition = program.registry.kind(nested.kind.text);
    if (definition?.block !== undefined) {
      wrong = true;
      program.diagnostics.add({
        code: 'not-supported',
        message: `\`${definition.name}\` cannot stand inside \`${outer.kind.text}\``,
        span: nested.kind.span,
        hint: 'search for all of it in one: put both into one `search`, and all stages into one block',
      });
      continue;
    }
    const prepared = prepare(nested, program);
    if (prepared === undefined || prepared.wrong) wrong = true;
    if (prepared === undefined) continue;
    if (!checkIdle(nested, prepared, outer, program)) wrong = true;
    stages.push({ stage: nested, prepared });
  }
  return { stages, wrong };
}

/** Inside the block a name means one thing: not two of its stages, nor one of them and something outside. */
function checkName(
  { name }: Ast.Stage,
  earlier: ReadonlyMap<string, Ast.Name>,
  outer: Ast.Stage,
  block: BlockDeclaration,
  program: Program,
): boolean {
  const { names } = program;
  const report = (message: string, hint: string, first?: Ast.Name): false => {
    program.diagnostics.add({
      code: 'duplicate-name',
      message,
      span: name.span,
      notes: first === undefined ? [] : [{ span: first.span, message: 'first declared here' }],
      hint,
    });
    return false;
  };
  if (name.text === '') return false;
  if (name.text === block.search || name.text === block.folds)
    return report(
      `\`${name.text}\` has a meaning of its own inside \`${outer.kind.text}\``,
      'give the stage another name',
    );
  const same = earlier.get(name.text);
  if (same !== undefined) return report(`\`${name.text}\` is declared twice`, 'rename one of them', same);
  if (isDeclared(name.text, fileScope, program) || names.imports.has(name.text)) {
    const first =
      names.stages.get(name.text)?.[0] ??
      names.lets.get(name.text) ??
      names.params.get(name.text) ??
      names.imports.get(name.text);
    return report(
      `\`${name.text}\` is declared outside this block already`,
      'inside the block the name would mean both: rename one of them',
      first?.name,
    );
  }
  return true;
}

/** What a step as a whole does, the outer stage does; a stage inside it writes no files and is not judged. */
function checkIdle(
  stage: Ast.Stage,
  { definition, entries }: Prepared,
  outer: Ast.Stage,
  program: Program,
): boolean {
  let fine = true;
  for (const entry of stage.entries) {
    const name = entry.name.text;
    if (!entries.has(name)) continue;
    const common = (Object.hasOwn(commonOptions, name) && name !== 'seed') || name === 'after';
    const type = Object.hasOwn(definition.options, name) ? definition.options[name]?.kind.type : undefined;
    const outside = type === 'output-path' || type === 'requirement';
    if (!common && !outside) continue;
    fine = false;
    program.diagnostics.add({
      code: 'option-without-effect',
      message: `\`${name}\` changes nothing here: \`${outer.kind.text}\` runs this stage`,
      span: entry.name.span,
      hint: common
        ? `move it to \`${outer.kind.text} ${outer.name.text}\``
        : `give it to a stage outside that reads \`${outer.name.text}\``,
    });
  }
  return fine;
}

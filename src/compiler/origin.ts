// Where the value of an option of a step is written, and the parameters and constants behind it. Reads the tree again rather
// than have every compilation carry this: only `fslrun explain` asks.
import type * as Ast from '../parser/ast.ts';
import { parse } from '../parser/parse.ts';
import type { Source, Span } from '../parser/source.ts';
import { referencedNames } from './referenced-names.ts';
import type { CheckedParam, CheckedStep, Pipeline } from './pipeline.ts';

export type Origin =
  /** The default of the option's declaration. */
  | { readonly from: 'declaration' }
  | {
      readonly from: 'stage' | 'defaults';
      readonly span: Span;
      /** In the order in which one comes upon them; those of a constant after the constant. */
      readonly behind: readonly Behind[];
    };

/** A name that the value is made of. */
export type Behind =
  | { readonly is: 'param'; readonly name: string; readonly param: CheckedParam }
  | { readonly is: 'let'; readonly name: string; readonly span: Span }
  | { readonly is: 'each'; readonly name: string; readonly span: Span };

export type ReadOrigins = (step: CheckedStep, option: string) => Origin;

/** Every file is read at most once by what this returns. */
export function originsOf(pipeline: Pipeline): ReadOrigins {
  const files = new Map<Source, FileEntries>();
  return (step, option) => {
    const span = step.places[option];
    if (span === undefined) return { from: 'declaration' };
    let file = files.get(span.source);
    if (file === undefined) files.set(span.source, (file = entriesOf(parse(span.source).file)));
    const entry = file.entries.get(span.start);
    if (entry === undefined) return { from: 'stage', span, behind: [] };
    const prefix = step.name.slice(0, step.name.lastIndexOf('.') + 1);
    const params = prefix === '' ? pipeline.params : (pipeline.importedParams.get(prefix) ?? []);
    return { from: entry.from, span, behind: behind(entry, file, params, step) };
  };
}

interface FoundEntry {
  readonly from: 'stage' | 'defaults';
  readonly value: Ast.Expr;
  /** Around it, outermost first. */
  readonly loops: readonly Ast.Each[];
}

interface FileEntries {
  /** By the place where their value starts. */
  readonly entries: ReadonlyMap<number, FoundEntry>;
  readonly lets: ReadonlyMap<string, Ast.Let>;
}

function entriesOf(file: Ast.File): FileEntries {
  const entries = new Map<number, FoundEntry>();
  const lets = new Map<string, Ast.Let>();
  const visit = (declarations: readonly Ast.Declaration[], loops: readonly Ast.Each[]): void => {
    for (const declaration of declarations) {
      switch (declaration.node) {
        case 'stage':
        case 'defaults':
          for (const { value } of declaration.entries)
            entries.set(value.span.start, { from: declaration.node, value, loops });
          if (declaration.node === 'stage') visit(declaration.body, loops);
          break;
        case 'each':
          visit(declaration.body, [...loops, declaration]);
          break;
        case 'when':
          visit(declaration.then, loops);
          visit(declaration.otherwise, loops);
          break;
        case 'let':
          lets.set(declaration.name.text, declaration);
          break;
        case 'param':
        case 'import':
        case 'use':
        case 'target':
        case 'version':
          break;
        default:
          declaration satisfies never;
      }
    }
  };
  visit(file.declarations, []);
  return { entries, lets };
}

function behind(
  { value, loops }: FoundEntry,
  { lets }: FileEntries,
  params: readonly CheckedParam[],
  step: CheckedStep,
): readonly Behind[] {
  const found = new Map<string, Behind>();
  const visit = (expr: Ast.Expr, inLoops: boolean): void => {
    for (const name of referencedNames(expr)) {
      if (found.has(name)) continue;
      const loop = inLoops ? loops.findLast(({ variable }) => variable.text === name) : undefined;
      const constant = lets.get(name);
      const param = params.find((one) => one.name === name);
      if (loop !== undefined && Object.hasOwn(step.keys, name)) {
        found.set(name, { is: 'each', name, span: loop.list.span });
        visit(loop.list, true);
      } else if (constant !== undefined) {
        found.set(name, { is: 'let', name, span: constant.value.span });
        visit(constant.value, false);
      } else if (param !== undefined) found.set(name, { is: 'param', name, param });
    }
  };
  visit(value, true);
  return [...found.values()];
}

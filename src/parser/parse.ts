// Text -> AST. Never throws: what cannot be read becomes a hole in the tree and a diagnostic.
import type { CstNode } from 'chevrotain';
import type * as Ast from './ast.ts';
import { balance, isBalanced, prune, type Balanced } from './brackets.ts';
import { buildFile, docsOf } from './build.ts';
import { Diagnostics, type Diagnostic, type Problem } from './diagnostic.ts';
import { Grammar } from './grammar.ts';
import { layout } from './layout.ts';
import { createLex, type Lex, type Lexed } from './lex.ts';
import { problemOf } from './messages.ts';
import { recover } from './recover.ts';
import { runRule } from './run-rule.ts';
import type { Source } from './source.ts';

export interface Parsed {
  readonly file: Ast.File;
  /** By place; of more than a thousand, the first thousand. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Text with more mistakes than this is no program. */
const most = 1000;

interface Tools {
  readonly lex: Lex;
  readonly grammar: Grammar;
}

const tools = lazily((): Tools => ({ lex: createLex(), grammar: new Grammar() }));

export function parse(source: Source): Parsed {
  const lexed = tools().lex(source);
  const pruned = prune(lexed.tokens, source);
  const readings: readonly Balanced[] = isBalanced(pruned.tokens)
    ? [{ ...pruned, problems: [] }]
    : (['strict', 'layout', 'plain'] as const).map((reading) => balance(pruned.tokens, source, reading));
  let best: Parsed | undefined;
  for (const balanced of readings) {
    // What was too deep is left out, with its brackets.
    const problems = pruned.problems.length > 0 ? pruned.problems : balanced.problems;
    const parsed = read(source, lexed, { ...balanced, problems });
    if (best === undefined || parsed.diagnostics.length < best.diagnostics.length) best = parsed;
  }
  return best ?? { file: { source, declarations: [] }, diagnostics: [] };
}

function read(source: Source, lexed: Lexed, { tokens, problems, surplus }: Balanced): Parsed {
  const { grammar } = tools();
  const found = layout(tokens, 'file');
  const brackets = withoutEchoes(problems, lexed.problems, source);
  const firm = [...lexed.problems, ...brackets];
  const early = [...firm, ...withoutEchoes(found.problems(source), firm, source)];
  let all: Problem[] = withoutRepeats(early, source);
  const whole = runRule(grammar, 'file', found.tokens);
  let tree: CstNode;
  if ('tree' in whole) tree = whole.tree;
  else {
    const recovered = recover(found.root, { grammar, source, known: early });
    tree = recovered.tree;
    // The `}` that the lost options leave over is the same mistake.
    if (recovered.lostOptions) all = all.filter((problem) => !surplus.has(problem));
    all.push(...recovered.problems);
    if (all.length === 0) {
      const reading = { source, tokens: found.tokens, container: 'file', fallback: source.text.length };
      all.push(problemOf(whole.misfit, reading));
    }
  }
  const building = {
    source,
    problems: all,
    docs: docsOf(source.text, lexed.comments),
    inner: (start: number, end: number) => parseInner(source, { start, end }, all),
  };
  const file = buildFile(building, tree);
  const diagnostics = new Diagnostics();
  for (const problem of all) diagnostics.add(problem);
  return { file, diagnostics: diagnostics.sorted().slice(0, most) };
}

/** The expression between `${` and `}`. */
function parseInner(
  source: Source,
  extent: { readonly start: number; readonly end: number },
  problems: Problem[],
): CstNode | undefined {
  const { lex, grammar } = tools();
  const lexed = lex(source, extent);
  const pruned = prune(lexed.tokens, source);
  const balanced = isBalanced(pruned.tokens) ? pruned : balance(pruned.tokens, source, 'plain');
  const early = [...lexed.problems, ...pruned.problems, ...balanced.problems];
  const { tokens } = layout(balanced.tokens, 'expression');
  const result = runRule(grammar, 'expression', tokens);
  if ('tree' in result && early.length === 0) return result.tree;
  const [first] = early;
  if (first !== undefined) problems.push(first);
  else if ('misfit' in result) {
    const reading = { source, tokens, container: '', fallback: extent.start };
    problems.push(problemOf(result.misfit, reading));
  }
  return undefined;
}

/** A string that breaks over a line is unclosed where it starts, and its closing quote then opens another: one mistake. */
function withoutRepeats(problems: readonly Problem[], source: Source): Problem[] {
  let last = -1;
  return problems.filter(({ code, span }) => {
    if (code !== 'unclosed-string') return true;
    const repeats = last >= 0 && source.text.slice(last, span.start).split('\n', 3).length === 2;
    last = repeats ? -1 : span.start;
    return !repeats;
  });
}

/** Problems without those on a line where something more basic is wrong: they only follow from it. */
function withoutEchoes(
  problems: readonly Problem[],
  causes: readonly Problem[],
  source: Source,
): readonly Problem[] {
  if (causes.length === 0) return problems;
  const lineOf = lineFinder(source.text);
  const spoiled = new Set(causes.map(({ span }) => lineOf(span.start)));
  return problems.filter(({ span }) => !spoiled.has(lineOf(span.start)));
}

/** 0-based number of the line of an offset, by bisection. */
function lineFinder(text: string): (offset: number) => number {
  const newlines: number[] = [];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) newlines.push(at);
  return (offset) => {
    let low = 0;
    let high = newlines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((newlines[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

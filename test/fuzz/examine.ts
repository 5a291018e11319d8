// One text through everything that reads programs: what must never happen, whatever the text.
import { dirname, isAbsolute, resolve } from 'node:path';
import { compile } from '../../src/compiler/compile.ts';
import type { Pipeline } from '../../src/compiler/pipeline.ts';
import type { Diagnostic } from '../../src/parser/diagnostic.ts';
import { format } from '../../src/parser/format.ts';
import { createLex } from '../../src/parser/lex.ts';
import { parse } from '../../src/parser/parse.ts';
import { diagnosticsAsJson, printDiagnostics } from '../../src/parser/print.ts';
import type { Span } from '../../src/parser/source.ts';
import { createFacts } from '../../src/runtime/facts.ts';
import type { Facts } from '../../src/stages/facts.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { pipelineText } from './pipeline-text.ts';

export interface Finding {
  readonly what: 'crash' | 'place' | 'silence' | 'display' | 'format' | 'plan' | 'slow';
  /** Equal for what is likely the same mistake. */
  readonly detail: string;
}

export interface Laboratory {
  readonly registry: ReturnType<typeof standardRegistry>;
  readonly facts: Facts;
  readonly lex: ReturnType<typeof createLex>;
  /** Texts that were read, that were without syntax errors, and that gave a pipeline. */
  readonly counts: { read: number; formatted: number; planned: number };
}

/** What it learns of files it keeps. */
export function openLaboratory(project: string, counts = { read: 0, formatted: 0, planned: 0 }): Laboratory {
  const facts = createFacts({ display: (path) => path, project: { folder: project, allowed: [] }, env: {} });
  return { registry: standardRegistry(), facts, lex: createLex(), counts };
}

export function examine(text: string, folder: string, laboratory: Laboratory): Finding | undefined {
  try {
    return examined(text, folder, laboratory);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const where = stack.split('\n').find((line) => line.includes(' at ')) ?? '';
    const name = error instanceof Error ? `${error.name}: ${error.message.slice(0, 60)}` : 'not an error';
    return { what: 'crash', detail: `${name} ${where.trim()}` };
  }
}

function examined(text: string, folder: string, laboratory: Laboratory): Finding | undefined {
  const source = { path: 'fuzz.fsl', text };
  laboratory.counts.read += 1;
  const parsed = parse(source);
  const { pipeline, diagnostics } = compiled(text, folder, laboratory);
  const misplaced = diagnostics.map(misplacedIn).find((detail) => detail !== undefined);
  if (misplaced !== undefined) return { what: 'place', detail: misplaced };
  if (pipeline === undefined && !diagnostics.some(({ severity }) => severity === 'error'))
    return { what: 'silence', detail: 'no pipeline and no error' };

  const shown = printDiagnostics(diagnostics.slice(0, 20), { width: 80 });
  const hidden = /[^\P{C}\n\u00AD\u0600-\u06FF\u200B-\u200D\u{E000}-\u{F8FF}\p{Cn}]/u.exec(shown);
  if (hidden !== null)
    return { what: 'display', detail: `U+${hidden[0].codePointAt(0)?.toString(16) ?? ''} is shown` };

  if (parsed.diagnostics.length > 0) return undefined;
  laboratory.counts.formatted += 1;
  const formatted = format(source);
  if (formatted.state === 'broken') return { what: 'format', detail: 'refused what parses' };
  const again = format({ path: 'fuzz.fsl', text: formatted.text });
  if (again.state === 'broken' || again.text !== formatted.text)
    return { what: 'format', detail: 'is not stable' };
  if (commentsOf(text, laboratory) !== commentsOf(formatted.text, laboratory))
    return { what: 'format', detail: 'loses comments' };
  if (pipeline === undefined) return undefined;
  laboratory.counts.planned += 1;
  const after = compiled(formatted.text, folder, laboratory).pipeline;
  if (after === undefined || pipelineText(after) !== pipelineText(pipeline))
    return { what: 'plan', detail: 'formatting changes it' };
  return undefined;
}

export function compiled(
  text: string,
  folder: string,
  { registry, facts }: Laboratory,
): { readonly pipeline: Pipeline | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const { file, diagnostics } = parse({ path: 'fuzz.fsl', text });
  return compile(file, diagnostics, {
    params: [],
    registry,
    facts,
    resolvePath: (given, from) =>
      isAbsolute(given) ? given : resolve(from === undefined ? folder : dirname(from), given),
  });
}

function commentsOf(text: string, { lex }: Laboratory): string {
  const { comments } = lex({ path: '', text });
  return comments.map(({ start, end }) => text.slice(start, end).trimEnd()).join('\n');
}

/** What is wrong with where a problem is said to be. */
function misplacedIn({ code, message, hint, span, notes, fix }: Diagnostic): string | undefined {
  if (code === 'internal') return `internal: ${message}`;
  if (message.trim() === '' || hint?.trim() === '') return `${code} says nothing`;
  if (/undefined|\[object|NaN/.test(message) && !/undefined|NaN/.test(span.source.text))
    return `${code}: ${message}`;
  const spans: readonly Span[] = [
    span,
    ...notes.map((note) => note.span),
    ...(fix === undefined ? [] : [fix.span]),
  ];
  for (const { source, start, end } of spans) {
    if (source.path === '') return `${code} is in no file`;
    if (!(start >= 0 && start <= end && end <= source.text.length)) return `${code} lies outside its text`;
  }
  const [json] = diagnosticsAsJson([{ code, message, span, notes: [], severity: 'error' }]).diagnostics;
  const numbers =
    json === undefined ? [] : [json.start.line, json.start.column, json.end.line, json.end.column];
  return numbers.length === 4 && numbers.every((n) => Number.isInteger(n) && n >= 1)
    ? undefined
    : `${code} has no line and column`;
}

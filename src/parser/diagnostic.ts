// What is wrong, where, why and what to do: the only form in which a problem reaches a user.
import type { Code } from './codes.ts';
import type { Source, Span } from './source.ts';

export interface Note {
  readonly span: Span;
  readonly message: string;
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** One sentence; names in backticks. */
  readonly message: string;
  readonly span: Span;
  /** Other places that explain this one ("first declared here"). */
  readonly notes: readonly Note[];
  /** What to do about it. */
  readonly hint?: string;
  /** A replacement that mends it. */
  readonly fix?: { readonly span: Span; readonly text: string };
}

/** What a reporter of a problem fills in; the rest has defaults. */
export type Problem = Omit<Diagnostic, 'severity' | 'notes'> &
  Partial<Pick<Diagnostic, 'severity' | 'notes'>>;

export function diagnostic(problem: Problem): Diagnostic {
  return { severity: 'error', notes: [], ...problem };
}

/** More of one severity are no longer told apart: nobody reads them, and each costs time and memory. */
const mostKept = 10_000;

/** Gathers diagnostics of one check; the same code at the same place is kept once. */
export class Diagnostics {
  readonly #seen = new Map<string, Diagnostic>();
  readonly #count = { error: 0, warning: 0 };

  add(problem: Problem): void {
    const entry = diagnostic(problem);
    const { span, severity } = entry;
    if (this.#count[severity] >= mostKept) return;
    const identity = `${span.source.path}:${span.start}:${span.end}:${entry.code}:${entry.message}`;
    if (this.#seen.has(identity)) return;
    this.#seen.set(identity, entry);
    this.#count[severity] += 1;
  }

  get hasErrors(): boolean {
    return this.#count.error > 0;
  }

  /** By file, then place, then code. */
  sorted(): readonly Diagnostic[] {
    return [...this.#seen.values()].sort(
      (a, b) =>
        compare(a.span.source.path, b.span.source.path) ||
        a.span.start - b.span.start ||
        a.span.end - b.span.end ||
        compare(a.code, b.code),
    );
  }
}

/** An expected failure on its way to the one place that catches it (a step's boundary); everything else thrown is our bug. */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(...problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join('\n'));
    this.name = 'Failure';
    this.diagnostics = problems.map(diagnostic);
  }
}

/** A place that is a whole file without a known offset, or a command-line argument. */
export function wholeSource(path: string, text = ''): Span {
  const source: Source = { path, text };
  return { source, start: 0, end: text.length };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// `import`s of one file in a generated program, with equal and with different arguments. Of two with equal ones the second does
// the work of the first, so its report is no second measurement.
import type * as Ast from '../../src/parser/ast.ts';
import type { Decisions } from './decisions.ts';
import { importOf, text } from './nodes.ts';
import { spellTerm, type Globals } from './spell.ts';
import { libraryFile } from './surroundings.ts';
import { int, string, type Term } from './terms.ts';
import type { Thing } from './things.ts';

export interface MadeImports {
  readonly declarations: readonly Ast.Import[];
  readonly things: readonly Thing[];
}

export function makeImports(globals: Globals, d: Decisions): MadeImports {
  if (!d.chance('some', 0.25)) return { declarations: [], things: [] };
  const declarations: Ast.Import[] = [];
  const things: Thing[] = [];
  const seen = new Set<string>();
  const count = 1 + d.below('count', 3);
  for (let i = 0; i < count; i += 1) {
    const own = d.at(`${i}`);
    const alias = `part_${i}`;
    const shots = own.pick('shots', [2, 3]);
    const head = own.pick('head', ['logistic', 'ridge']);
    const place = { axes: [], decides: new Set<never>() };
    const said = (term: Term, at: string): Ast.Expr => spellTerm(term, place, globals, own.at(at));
    const entries: (readonly [string, Ast.Expr])[] = [];
    if (shots !== 2 || own.chance('say shots', 0.5)) entries.push(['shots', said(int(shots), 'shots')]);
    if (head !== 'logistic' || own.chance('say head', 0.5))
      entries.push(['head', said(string(head), 'head')]);
    declarations.push(importOf(text(`./${libraryFile}`), alias, entries));
    things.push(...thingsOf(alias, !seen.has(`${shots} ${head}`)));
    seen.add(`${shots} ${head}`);
  }
  return { declarations, things };
}

function thingsOf(alias: string, unique: boolean): readonly Thing[] {
  const labels = ['glass', 'paper', 'wood'];
  const draws = [{ group: 'library', by: alias, axes: [], chosen: new Map() }];
  const plain = { axes: [], decides: new Set<never>(), partial: false };
  const rows = {
    type: 'dataset',
    labelled: true,
    labels,
    perLabel: 2,
    rows: undefined,
    role: 'pool',
    columns: ['text', 'kind'],
    grouped: false,
    prompt: undefined,
    mixed: false,
    draws,
  } as const;
  return [
    { ...plain, stage: `${alias}.parts`, kind: 'split', part: 'train', facts: { ...rows, part: 'train' } },
    { ...plain, stage: `${alias}.parts`, kind: 'split', part: 'test', facts: { ...rows, part: 'test' } },
    {
      ...plain,
      stage: `${alias}.model`,
      kind: 'fine-tune',
      part: '',
      facts: { type: 'model', capability: 'classifier', labels, prompt: undefined, draws },
    },
    {
      ...plain,
      stage: `${alias}.score`,
      kind: 'evaluate',
      part: '',
      facts: { type: 'report', metrics: ['accuracy', 'macro_f1'], unique, comparison: false },
    },
  ];
}

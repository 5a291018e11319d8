// Rows that a model is measured on though it has consumed them: found by text, since the same example may lie in two files.
import { shownText } from '../learning/text-pair.ts';
import type { Consumed } from './consumed.ts';
import { identities } from './consumed-rows.ts';
import { select, texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import { stepFailure } from './step-failure.ts';

export type Overlap = 'refuse' | 'drop' | 'keep';

export interface OverlapFound {
  /** The rows to measure on. */
  readonly rows: Dataset;
  /** What the report says of it. */
  readonly checks: readonly Check[];
}

/**
 * Rows that the model was fitted on are treated as `overlap` says; those it was only selected with stay and make the report
 * optimistic. Throws `Failure` where rows overlap and are refused, or where none is left.
 */
export async function resolveOverlap(
  on: Dataset,
  consumed: Consumed,
  overlap: Overlap,
): Promise<OverlapFound> {
  const uses = new Map<string, 'fitted' | 'selected'>();
  for (const { identity, fitted, seen } of consumed.rows)
    if (fitted || seen) uses.set(identity, 'fitted');
    else if (!uses.has(identity)) uses.set(identity, 'selected');
  const found = (await identities(on)).map((identity) => uses.get(identity));
  const rowsOf = (use: 'fitted' | 'selected') => [...found.keys()].filter((i) => found[i] === use);
  const [fitted, selected] = [rowsOf('fitted'), rowsOf('selected')];
  const optimistic = optimism(selected.length, on.rows);
  if (fitted.length === 0) return { rows: on, checks: optimistic };
  const said = `${fitted.length} of the ${on.rows} rows ${fitted.length === 1 ? 'is' : 'are'} among those the model was fitted on`;
  switch (overlap) {
    case 'refuse':
      throw stepFailure(
        {
          code: 'overlap',
          message: `${said}: ${firstOf(on, fitted)}`,
          hint:
            'leave them out of the measurement with `overlap: drop`, ' +
            'or keep repeated rows in one part with `duplicates: together` or `duplicates: drop` in `split`; ' +
            'to measure on them all the same, as a published split may ask for: `overlap: keep` with `allow: leakage("why")`',
        },
        'on',
      );
    case 'keep':
      return {
        rows: on,
        checks: [
          {
            name: 'overlap',
            message: `${said}, and ${fitted.length === 1 ? 'was' : 'were'} kept: ${firstOf(on, fitted)}`,
          },
          ...optimistic,
        ],
      };
    case 'drop': {
      const kept = [...found.keys()].filter((i) => found[i] !== 'fitted');
      if (kept.length === 0) throw stepFailure(nothingLeft(on.rows), 'on');
      return {
        rows: select(on, kept),
        checks: [
          {
            name: 'overlap',
            message: `${fitted.length} of ${on.rows} rows were left out: the model was fitted on them`,
          },
          ...optimism(selected.length, kept.length),
        ],
      };
    }
    default:
      return overlap satisfies never;
  }
}

function optimism(selected: number, rows: number): readonly Check[] {
  if (selected === 0) return [];
  return [
    {
      name: 'optimistic',
      message: `${selected} of the ${rows} rows helped to choose or to calibrate the model, so the figures are optimistic`,
    },
  ];
}

function nothingLeft(rows: number) {
  return {
    code: 'overlap',
    message: `all ${rows} rows are among those the model was fitted on, so \`overlap: drop\` leaves none`,
    hint: 'measure on other rows',
  } as const;
}

/** Their texts, as far as it takes to recognise them. */
function firstOf(on: Dataset, indices: readonly number[]): string {
  const some = indices.slice(0, 3);
  const words = texts(select(on, some));
  const shown = some.map((i, at) => `${quote(shownText(words[at] ?? ''))} (row ${on.source[i] ?? i})`);
  return shown.join(', ') + (indices.length > 3 ? ', …' : '');
}

function quote(text: string): string {
  const short = [...text.replace(/\s+/g, ' ')];
  return `"${short.length > 60 ? `${short.slice(0, 59).join('')}…` : short.join('')}"`;
}

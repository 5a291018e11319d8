// Rows that a model is measured on though it was fitted on them: found by text, since the same example may lie in two files.
import { select, texts, type Dataset } from './dataset.ts';
import { stepFailure } from './step-failure.ts';
import { originalColumn } from './training-rows.ts';

export interface OverlapFound {
  /** The rows to measure on. */
  readonly rows: Dataset;
  readonly dropped: number;
}

/** Throws `Failure` where rows overlap and are refused, or where none is left. */
export async function withoutOverlap(
  on: Dataset,
  support: Dataset,
  overlap: 'refuse' | 'drop',
): Promise<OverlapFound> {
  const { normaliseText } = await import('../learning/identity.ts');
  const known = new Set(learntTexts(support).map(normaliseText));
  const shared = texts(on).flatMap((text, i) => (known.has(normaliseText(text)) ? [i] : []));
  if (shared.length === 0) return { rows: on, dropped: 0 };
  if (overlap === 'refuse')
    throw stepFailure(
      {
        code: 'overlap',
        message:
          `${shared.length} of the ${on.rows} rows ${shared.length === 1 ? 'is' : 'are'} among those the model was fitted on: ` +
          shared
            .slice(0, 3)
            .map((i) => `${quote(texts(on)[i] ?? '')} (row ${on.source[i] ?? i})`)
            .join(', ') +
          (shared.length > 3 ? ', …' : ''),
        hint:
          'leave them out of the measurement with `overlap: drop`, ' +
          'or keep repeated rows in one part with `duplicates: together` or `duplicates: drop` in `split`',
      },
      'on',
    );
  const gone = new Set(shared);
  const kept = Array.from({ length: on.rows }, (_, i) => i).filter((i) => !gone.has(i));
  if (kept.length === 0)
    throw stepFailure(
      {
        code: 'overlap',
        message: `all ${on.rows} rows are among those the model was fitted on, so \`overlap: drop\` leaves none`,
        hint: 'measure on other rows',
      },
      'on',
    );
  return { rows: select(on, kept), dropped: shared.length };
}

/** Training texts, and those their copies were made from. */
function learntTexts(support: Dataset): readonly string[] {
  const originals = support.columns.get(originalColumn) ?? [];
  return [...texts(support), ...originals.filter((value) => typeof value === 'string')];
}

function quote(text: string): string {
  const short = [...text.replace(/\s+/g, ' ')];
  return `"${short.length > 60 ? `${short.slice(0, 59).join('')}…` : short.join('')}"`;
}

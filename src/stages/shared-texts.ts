// Pairs of texts of which one text is in a pair that the model has learnt from: no repeated rows, and yet less new than they look.
import { bothTexts } from '../learning/text-pair.ts';
import { texts, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import { arePairs } from './pairs.ts';
import { originalColumn } from './training-rows.ts';

/** For a report; nothing where rows are single texts, or all their texts are new. */
export async function sharedTextsCheck(rows: Dataset, support: Dataset): Promise<readonly Check[]> {
  if (!arePairs(rows) || !arePairs(support)) return [];
  const { normaliseText } = await import('../learning/identity.ts');
  const bothOf = (text: string): readonly [string, string] => {
    const [first, second] = bothTexts(text);
    return [normaliseText(first), normaliseText(second)];
  };
  const originals = (support.columns.get(originalColumn) ?? []).filter((text) => typeof text === 'string');
  const learnt = new Set([...texts(support), ...originals].flatMap(bothOf));
  const asked = texts(rows).map(bothOf);
  const [first, second] = [0, 1].map((side) => asked.filter((both) => learnt.has(both[side] ?? '')).length);
  if (first === 0 && second === 0) return [];
  return [
    {
      name: 'shared_texts',
      message:
        `of ${rows.rows} pairs ${first} have a first text, and ${second} a second one, that is in a pair which the model learnt from; ` +
        'where texts are to be new, `group_by` of `split` keeps those with one text in common in one part',
    },
  ];
}

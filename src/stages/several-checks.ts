// What a reader of a report of rows with several labels should be wary of. Pure.
import { percent } from './percent.ts';
import type { Check } from './evaluate-checks.ts';
import { countsOf, setsOf, type SeveralMeasurement } from './several-measurement.ts';

export async function severalWariness(
  texts: readonly string[],
  { labels, yTrue, yPred }: SeveralMeasurement,
): Promise<readonly Check[]> {
  const { normaliseText } = await import('../learning/identity.ts');
  const [actual, given] = [countsOf(yTrue, labels.length), countsOf(yPred, labels.length)];
  return [
    ...silence(setsOf(yTrue, labels.length), setsOf(yPred, labels.length)),
    ...namedCheck(
      'never_given',
      labels.filter((_, i) => given[i] === 0 && (actual[i] ?? 0) > 0),
      (names) => `no row was given the label ${names}, though some have it`,
    ),
    ...repeats(texts.map(normaliseText), setsOf(yTrue, labels.length)),
    ...namedCheck(
      'absent_labels',
      labels.filter((_, i) => actual[i] === 0),
      (names) => `no row has the label ${names}: macro F1 counts it as 0`,
    ),
  ];
}

/** Share of rows without any label, above that of the true ones, from which it is said. */
const silentShare = 0.2;

function silence(
  truth: readonly (readonly number[])[],
  given: readonly (readonly number[])[],
): readonly Check[] {
  const bare = (sets: readonly (readonly number[])[]): number =>
    sets.filter((set) => set.length === 0).length / sets.length;
  const [silent, right] = [bare(given), bare(truth)];
  if (silent - right <= silentShare) return [];
  const all =
    silent === 1 ? 'no row was given any label' : `${percent(silent)} of the rows were given no label`;
  return [
    {
      name: 'no_labels',
      message: `${all}, though ${percent(1 - right)} have one: a lower \`threshold\` or more rows a label help`,
    },
  ];
}

function repeats(keys: readonly string[], truth: readonly (readonly number[])[]): readonly Check[] {
  const seen = new Map<string, string>();
  let [repeated, contradicting] = [0, 0];
  keys.forEach((key, i) => {
    const own = truth[i]?.join() ?? '';
    const other = seen.get(key);
    if (other === undefined) seen.set(key, own);
    else {
      repeated += 1;
      if (own !== other) contradicting += 1;
    }
  });
  const of = `of ${keys.length} rows repeat the text of another one`;
  const contradictions = `${contradicting} ${of} with other labels: no model can have both right`;
  return [
    ...(repeated > 0 ? [{ name: 'duplicates', message: `${repeated} ${of} and count twice` }] : []),
    ...(contradicting > 0 ? [{ name: 'contradictions', message: contradictions }] : []),
  ];
}

function namedCheck(
  name: string,
  labels: readonly string[],
  say: (names: string) => string,
): readonly Check[] {
  if (labels.length === 0) return [];
  const shown = labels
    .slice(0, 10)
    .map((label) => `\`${label}\``)
    .join(', ');
  const more = labels.length > 10 ? ` and ${labels.length - 10} more` : '';
  return [{ name, message: say(shown + more) }];
}

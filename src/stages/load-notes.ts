// What a user should know of rows that load well and yet may be wrong: labels that look the same, and texts that are
// labelled in several ways. Pure.
import { shownText } from '../learning/text-pair.ts';
import { alikeLabels, quotedLabel } from './alike-labels.ts';
import { compareCodePoints } from './code-point-order.ts';
import { texts, type Dataset, type Value } from './dataset.ts';

/** One note per kind of doubt, with a count and the first example. */
export function loadNotes(dataset: Dataset): readonly string[] {
  return [...confusableLabels(dataset.labels), ...conflictingTexts(dataset)];
}

function confusableLabels(labels: readonly string[]): readonly string[] {
  const groups = alikeLabels(labels);
  const [first] = groups;
  if (first === undefined) return [];
  const differing = groups.reduce((sum, group) => sum + group.length, 0);
  return [
    `${differing} labels differ from another one only in white space or case, such as ${first.map(quotedLabel).join(' and ')}; ` +
      'give them one name with `label_names`',
  ];
}

function conflictingTexts(dataset: Dataset): readonly string[] {
  const { columns, roles, multiLabel } = dataset;
  if (roles.text === undefined || roles.label === undefined || multiLabel) return [];
  const labels = columns.get(roles.label) ?? [];
  const byText = new Map<string, Set<Value>>();
  texts(dataset).forEach((text, row) => {
    const label = labels[row] ?? null;
    const known = byText.get(text);
    if (known === undefined) byText.set(text, new Set([label]));
    else known.add(label);
  });
  const conflicts = [...byText].filter(([, of]) => of.size > 1);
  const [first] = conflicts;
  if (first === undefined) return [];
  const [text, of] = first;
  const names = [...of].map(String).sort(compareCodePoints);
  const shown = names.slice(0, 5).map((name) => `\`${name}\``);
  return [
    `${conflicts.length === 1 ? '1 text comes' : `${conflicts.length} texts come`} with different labels, such as ` +
      `${quotedLabel(shownText(text))} with ${shown.join(', ')}${names.length > 5 ? ', …' : ''}`,
  ];
}

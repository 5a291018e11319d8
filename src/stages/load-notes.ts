// What a user should know of rows that load well and yet may be wrong: labels that look the same, and texts that are
// labelled in several ways. Pure.
import { alikeLabels, quotedLabel } from './alike-labels.ts';
import { compareCodePoints } from './code-point-order.ts';
import { texts, type Dataset, type Value } from './dataset.ts';
import { shownRows } from './shown-rows.ts';

/** One note per kind of doubt, with a count and the first example. */
export function loadNotes(dataset: Dataset): readonly string[] {
  return [...confusableLabels(dataset.labels), ...joinedFolders(dataset), ...conflictingTexts(dataset)];
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

/** Folders of one name in several others, whose pictures have one label. */
function joinedFolders({ columns, roles, images }: Dataset): readonly string[] {
  const folders = columns.get('folder');
  if (images === undefined || folders === undefined || roles.label !== 'label') return [];
  const byLabel = new Map<string, Set<string>>();
  (columns.get('label') ?? []).forEach((label, row) => {
    const folder = String(folders[row]);
    if (!folder.endsWith(`/${String(label)}`)) return;
    byLabel.set(String(label), (byLabel.get(String(label)) ?? new Set()).add(folder));
  });
  const joined = [...byLabel].filter(([, of]) => of.size > 1);
  const [first] = joined;
  if (first === undefined) return [];
  const [name, of] = first;
  const [one, other] = [...of].map(quotedLabel);
  return [
    `${joined.length === 1 ? '1 label is that' : `${joined.length} labels are those`} of folders in several places, such as ${quotedLabel(name)} of ${one} and ${other}; ` +
      '`label: "folder"` keeps them apart',
  ];
}

function conflictingTexts(dataset: Dataset): readonly string[] {
  const { columns, roles, multiLabel } = dataset;
  if (roles.text === undefined || roles.label === undefined || multiLabel) return [];
  const labels = columns.get(roles.label) ?? [];
  const byText = new Map<string, { readonly row: number; readonly of: Set<Value> }>();
  texts(dataset).forEach((text, row) => {
    const label = labels[row] ?? null;
    const known = byText.get(text);
    if (known === undefined) byText.set(text, { row, of: new Set([label]) });
    else known.of.add(label);
  });
  const conflicts = [...byText.values()].filter(({ of }) => of.size > 1);
  const [first] = conflicts;
  if (first === undefined) return [];
  const { row, of } = first;
  const what = dataset.images === undefined ? 'text' : 'picture';
  const names = [...of].map(String).sort(compareCodePoints);
  const shown = names.slice(0, 5).map((name) => `\`${name}\``);
  return [
    `${conflicts.length === 1 ? `1 ${what} comes` : `${conflicts.length} ${what}s come`} with different labels, such as ` +
      `${quotedLabel(shownRows(dataset)[row] ?? '')} with ${shown.join(', ')}${names.length > 5 ? ', …' : ''}`,
  ];
}

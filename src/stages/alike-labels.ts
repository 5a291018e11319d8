// Labels that a reader takes for one. Pure.
import { normaliseText } from '../learning/identity.ts';

/** Groups of labels that differ only in white space or case, in the order of their first ones. */
export function alikeLabels(labels: readonly string[]): readonly (readonly string[])[] {
  const byForm = new Map<string, string[]>();
  for (const label of labels) {
    const form = normaliseText(label);
    byForm.set(form, [...(byForm.get(form) ?? []), label]);
  }
  return [...byForm.values()].filter((group) => group.length > 1);
}

/** With its white space to be seen. */
export function quotedLabel(label: string): string {
  return `\`${JSON.stringify(label.length > 60 ? `${label.slice(0, 60)}…` : label)}\``;
}

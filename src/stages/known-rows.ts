// What the checks before a run ask of rows, told of rows that have been read: the same question has the same answer in both places.
import type { StaticDataset } from './artifact.ts';
import type { Dataset } from './dataset.ts';
import { staticPrompt } from './prompted.ts';

export type KnownRows = Pick<
  StaticDataset,
  'columns' | 'labelled' | 'multi_label' | 'images' | 'pairs' | 'prompt'
>;

export function knownRows({ columns, roles, multiLabel, images, prompt }: Dataset): KnownRows {
  return {
    columns: [...columns.keys()],
    labelled: roles.label !== undefined,
    multi_label: multiLabel,
    images: images !== undefined,
    pairs: roles.second !== undefined,
    prompt: prompt && staticPrompt(prompt),
  };
}

// What every encoder of `meta-learn` says of the episodes that it was trained on, whatever else is in its file.
import type { EpisodeShape } from '../learning/meta/episodes.ts';
import { badModel, type JsonObject } from '../learning/encoders/model-folder.ts';
import type { MetaValidation } from './meta-validation.ts';

export interface LearntByEpisodes extends EpisodeShape {
  readonly classes: readonly string[];
  /** Of those that chose the weights, where there were any. */
  readonly validation: MetaValidation | null;
  readonly validation_classes: readonly string[];
}

/** Throws `ModelError` where classes are no names. */
export function checkClasses(found: JsonObject, file: string): void {
  for (const key of ['classes', 'validation_classes'] as const) {
    const names = found[key];
    if (!Array.isArray(names) || names.some((name) => typeof name !== 'string'))
      throw badModel(file, `\`${key}\` should be a list of names`, again);
  }
}

export const again = 'Write the folder again with `export`, or get it again.';

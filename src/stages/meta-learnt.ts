// What an encoder says of the `meta-learn` that has trained it: a file among those of its folder, so that it goes where the encoder goes. Folders
// come from anywhere, so all that is used is checked.
import { badModel, objectIn, parseJson } from '../learning/encoders/model-folder.ts';
import type { VectorRule } from '../learning/meta/meta-rule.ts';
import type { Artifact } from './artifact.ts';
import { again, checkClasses, type LearntByEpisodes } from './learnt-by-episodes.ts';
import type { TrainingRecord } from './tune-folder.ts';

export const learntFile = 'meta-learn.json';

/** Its classes are those of all trainings, the last one last. */
export interface MetaLearnt extends LearntByEpisodes {
  readonly format: 'fsl-meta-learn';
  readonly version: 1;
  /** By which queries found their class. */
  readonly rule: VectorRule;
  readonly trained: TrainingRecord;
}

/** Nothing for other encoders. Throws `ModelError` where the file says something else. */
export async function readMetaLearnt(files: Artifact): Promise<MetaLearnt | undefined> {
  return files.names.includes(learntFile) ? metaLearnt(await files.read(learntFile)) : undefined;
}

/** Throws `ModelError` where the bytes say something else. */
export function metaLearnt(bytes: Uint8Array): MetaLearnt {
  const found = objectIn(parseJson(bytes, learntFile), learntFile);
  const { format, version, rule } = found;
  if (format !== 'fsl-meta-learn' || version !== 1 || !rules.some((known) => known === rule))
    throw badModel(learntFile, 'does not say what `meta-learn` of this version writes', again);
  checkClasses(found, learntFile);
  return found as unknown as MetaLearnt; // the rest is told, not computed with
}

const rules: readonly VectorRule[] = ['euclidean', 'cosine', 'matching'];

// Rows without labels that `fine-tune` learns beside the labelled ones (`unlabelled:`): what is wrong with them, and the head that is
// fitted with both.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Dataset } from './dataset.ts';
import { withoutLabels } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import type { Artifact } from './artifact.ts';
import {
  fitHead,
  learnsUnlabelled,
  methodText,
  trainsEncoder,
  type FitSettings,
  type Method,
} from './fine-tune-method.ts';
import { patienceOf, type EarlyStoppingValue } from './fine-tune-validation.ts';
import { checkTexts } from './labelled-texts.ts';
import type { TrainingRows } from './training-rows.ts';

/** Kept in the description of the model. */
export interface UnlabelledRecord {
  readonly rows: number;
  /** Rows that the last fit learnt, of each label. */
  readonly learnt: readonly number[];
}

/** Of each label at most this share of the rows that are expected of it. */
const share = 0.6;
const rounds = 3;

interface Asked {
  readonly method: Method;
  readonly early_stopping: EarlyStoppingValue;
}

export function unlabelledProblem({ method, early_stopping: stopping }: Asked) {
  if (learnsUnlabelled(method)) {
    if (trainsEncoder(method) || patienceOf(stopping) === undefined) return undefined;
    return {
      code: 'option-without-effect',
      message:
        '`early_stopping` has no meaning beside `unlabelled`: the classifier is fitted several times over',
      hint: 'remove one of the two',
    } as const;
  }
  return {
    code: 'option-without-effect',
    message: `\`unlabelled\` changes nothing here: \`${methodText(method)}\` learns from labelled rows alone`,
    hint: 'remove it, or use `contrastive` or `head(kind: logistic)`; `distill` teaches any model with unlabelled rows',
  } as const;
}

/** Labels that they have are not read. */
export async function readUnlabelled(artifact: Artifact): Promise<Dataset> {
  const rows = withoutLabels(await readDataset(artifact));
  checkTexts(rows, { stage: 'fine-tune', at: 'unlabelled' });
  return rows;
}

export async function fitWithUnlabelled(
  { vectors, targets }: TrainingRows,
  pool: Matrix,
  labels: readonly string[],
  method: Method,
  settings: FitSettings,
): Promise<{ readonly head: Head; readonly record: UnlabelledRecord }> {
  const { fitSelfTrained } = await import('../learning/heads/self-training.ts');
  const { head, learnt } = await fitSelfTrained({
    vectors,
    targets,
    labels: labels.length,
    pool,
    share,
    rounds,
    fit: (x, y, weights) => fitHead(x, y, labels.length, method, { ...settings, weights }),
  });
  return { head, record: { rows: pool.rows, learnt } };
}

export function unlabelledNote({ rows, learnt }: UnlabelledRecord, labels: readonly string[]): string {
  const all = learnt.reduce((sum, count) => sum + count, 0);
  const shown =
    labels.length > 8 ? '' : ` (${labels.map((label, i) => `${learnt[i] ?? 0} as \`${label}\``).join(', ')})`;
  return `of the ${rows} unlabelled rows the model learnt the ${all} that it was surest of${shown}`;
}

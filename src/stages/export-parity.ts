// `parity` of `export`: the exported files are read again, and what they say of rows is compared with what the model says.
import type { Artifact } from './artifact.ts';
import { classify } from './classify.ts';
import { exportedHead, isClassifier, loadClassifier, supportFolder } from './classifier.ts';
import { composed, type Placed } from './composed-artifact.ts';
import { consumedFile } from './consumed-file.ts';
import type { Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { sightProblem } from './image-source.ts';
import { checkTexts } from './labelled-texts.ts';
import { encoderFolder, type ModelContext } from './model-source.ts';
import { pairProblem } from './pairs.ts';
import { checkParity, parityNote, type Answers, type Parity } from './parity.ts';
import { checkAsFitted } from './row-encoder.ts';
import type { CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

const at = 'parity';
export const parityFile = 'parity.json';

/** What the exported files say of the rows: probabilities [rows, labels]; `labels` is how many the model has. */
export type AskExported = (rows: Dataset, labels: number) => Promise<Float64Array>;

/** Before anything runs. */
export function checkParityKnown({
  inputs,
  given,
  report,
}: Pick<CheckContext<never>, 'inputs' | 'given' | 'report'>): void {
  const model = inputs.model('model');
  if (!given(at) || model === undefined) return;
  if (model.capability !== 'classifier') return report(at, needsAnswers);
  const rows = inputs.dataset(at);
  const problem = sightProblem(rows, model) ?? pairProblem(rows, model);
  if (problem !== undefined) report(at, problem);
}

/** Throws `Failure` where the exported files say something else than the model. */
export async function readAgain(
  model: Artifact,
  artifact: Artifact,
  { ask, bound }: { readonly ask: AskExported; readonly bound: number },
  context: ModelContext,
): Promise<Parity> {
  if (!isClassifier(model)) throw stepFailure(needsAnswers, at);
  const rows = await readDataset(artifact);
  checkTexts(rows, { stage: 'export', at });
  const own = await answersOf(model, rows, context);
  const parity = checkParity({ ...own, exported: await ask(rows, own.labels.length) }, rows, bound);
  context.note(parityNote(parity));
  return parity;
}

async function answersOf(
  model: Artifact,
  rows: Dataset,
  context: ModelContext,
): Promise<Omit<Answers, 'exported'>> {
  const classifier = await loadClassifier(model, context);
  try {
    const { description, labels } = classifier;
    checkAsFitted(rows, description, at);
    return { labels, threshold: description.threshold, model: await probabilitiesOf(classifier, rows) };
  } finally {
    await classifier.dispose();
  }
}

/** Asks the files of a folder that `export` wrote of the classifier `model`, from which the rows come that a prompt may show. */
export function askFolder(model: Artifact, written: Artifact, context: ModelContext): AskExported {
  const files = new Map<string, Placed>(
    written.names.map((name) => [
      exportedHead[name] ?? `${encoderFolder}/${name}`,
      { from: written, source: name },
    ]),
  );
  for (const name of model.names)
    if (name === consumedFile || name.startsWith(`${supportFolder}/`))
      files.set(name, { from: model, source: name });
  return async (rows) => {
    // Vectors that are kept of equal files would say nothing of these.
    const classifier = await loadClassifier(composed(files), { ...context, cacheDirectory: undefined });
    try {
      return await probabilitiesOf(classifier, rows);
    } finally {
      await classifier.dispose();
    }
  };
}

async function probabilitiesOf(
  classifier: Awaited<ReturnType<typeof loadClassifier>>,
  rows: Dataset,
): Promise<Float64Array> {
  const [probabilities = new Float64Array()] = await classify(
    classifier,
    [classifier.head],
    rows,
    () => undefined,
  );
  return probabilities;
}

const needsAnswers = {
  code: 'needs-classifier',
  message: '`parity` compares labels and probabilities, and this model gives vectors',
  hint: 'remove `parity`, or export a classifier: the result of a `fine-tune`',
} as const;

// A model that is fine-tuned on the support of each episode, on the engine of this step. Knows no reports.
import type { Random } from '../learning/random.ts';
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { texts, type Dataset } from './dataset.ts';
import type { OpenLearner } from './episode-learner.ts';
import type { EpisodeMethod } from './episode-options.ts';
import { fitHead, plainHead } from './fine-tune-method.ts';
import { encoderOf, type TrainingContext } from './model-source.ts';
import { stepFailure } from './step-failure.ts';
import { openTrainee } from './trainee.ts';
import { seenIn, settingsOf, trainingPlan } from './trained-methods.ts';
import { imageModelKind } from './image-model.ts';
import { notTrainable } from './training-check.ts';
import { diverging } from './training-losses.ts';

export type FullRule = Extract<EpisodeMethod, { readonly name: 'full' }>;

export const full = { name: 'full', arguments: {} } as const;

/** `rows`: those that episodes are drawn from. */
export async function openFineTuning(
  model: Artifact,
  method: FullRule,
  rows: Dataset,
  random: Random,
  context: TrainingContext,
): Promise<OpenLearner> {
  const { signal } = context;
  const { steps } = method.arguments;
  const files = encoderOf(model);
  if ((await imageModelKind(files)) === undefined && files.names.includes(builtinFile))
    throw stepFailure(notTrainable(full), 'model');
  const request = { files, maxLength: undefined, texts: texts(rows), images: rows.images };
  const plan = trainingPlan(full, method.arguments, seenIn(rows));
  const trainee = await openTrainee(request, context);
  const done = { steps: 0, resumed: 0 };
  const opened = await trainee
    .translated(() => trainee.net())
    .catch(async (error: unknown) => {
      await trainee.dispose(done);
      throw error;
    });
  const { fineTunedClasses } = await import('../learning/meta/fine-tuned-classes.ts');
  const tuning = {
    engine: opened.engine,
    net: opened.net,
    size: plan.size,
    settings: {
      ...settingsOf(plan, steps),
      signal,
      onStep: () => void (done.steps += 1),
    },
    start: (vectors: Parameters<typeof fitHead>[0], targets: Int32Array, labels: number) =>
      fitHead(vectors, targets, labels, plainHead, { classWeights: 'none', signal }),
  };
  return {
    rule: (episode, shape) => {
      const seed = random.derive(...episode.support).below(2 ** 32);
      return trainee.translated(() => diverging(() => fineTunedClasses(episode, shape, tuning, seed)));
    },
    dispose: async () => {
      opened.dispose();
      await trainee.dispose(done);
    },
  };
}

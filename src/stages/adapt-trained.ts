// A stream for `update: full`: the encoder is open all the time and learns with every batch. Its weights are kept with the progress of the stream.
import type { Earlier } from '../learning/adapt/stream.ts';
import type { TrainedModel, TrainedSettings, TrainedState } from '../learning/adapt/trained-model.ts';
import type { UpdateMethod } from './adapt-options.ts';
import type { Adapted, Going, StreamRows } from './adapt-vectors.ts';
import type { Artifact } from './artifact.ts';
import type { Images } from './images.ts';
import type { TrainingContext } from './model-source.ts';
import { openTrainee, type Trainee } from './trainee.ts';
import { pictureRate } from './trained-methods.ts';
import { diverging, lossEnds } from './training-losses.ts';
import type { TrainedEncoder } from './tune-folder.ts';

type Full = Extract<UpdateMethod, { readonly name: 'full' }>;

export interface TrainedRequest {
  readonly update: Full;
  readonly replay: 'all' | number;
  /** A model folder. */
  readonly files: Artifact;
  readonly maxLength: number | undefined;
  /** As the encoder reads them: of what the model was fitted on, of the stream, and of the canary rows. */
  readonly texts: readonly string[];
  readonly images: Images | undefined;
  readonly labels: readonly string[];
}

export async function adaptTrained(
  { start, rows, canary }: StreamRows,
  request: TrainedRequest,
  going: Going,
  context: TrainingContext,
): Promise<Adapted> {
  const { update, replay, labels } = request;
  const { settings, kept } = going;
  const [
    { freshState, stateAfter, trainedModel },
    { goThrough },
    { restored, stored },
    { headOfMeans, temperatureOf },
  ] = await Promise.all([
    import('../learning/adapt/trained-model.ts'),
    import('../learning/adapt/stream.ts'),
    import('../learning/adapt/stored-state.ts'),
    import('../learning/adapt/grown-head.ts'),
  ]);
  const trainee = await openTrainee(request, context);
  const { translated } = trainee;
  const done = { steps: 0, resumed: 0 };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= trainee.dispose(done));
  const opened = await translated(() => trainee.net()).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  try {
    const fitted = Int32Array.from(start.labels, (label) => labels.indexOf(label));
    const first = { vectors: start.vectors, targets: fitted };
    const temperature = temperatureOf(first, labels.length);
    const how: TrainedSettings = {
      engine: opened.engine,
      net: opened.net,
      fitted,
      labels: rows.labels,
      canaryRows: canary?.labels.length ?? 0,
      temperature,
      passes: update.arguments.passes,
      rate: update.arguments.learning_rate ?? (request.images === undefined ? 5e-5 : pictureRate),
      headRate: update.arguments.head_learning_rate,
      replay,
      random: settings.random.derive('full'),
      signal: settings.signal,
    };
    const fresh = freshState(labels, headOfMeans(first, labels.length, temperature), how);
    const read = kept.earlier;
    const earlier = read && {
      progress: read.progress,
      model: trainedModel(stateAfter(fresh, read.progress.updates, restored(read.model), how), how),
    };
    done.resumed = earlier?.model.state.losses.length ?? 0;
    let last: Earlier<TrainedModel> | undefined = earlier;
    const { model, foretold, updates } = await translated(() =>
      diverging(() =>
        goThrough(
          trainedModel(fresh, how),
          rows,
          {
            ...settings,
            onBatch: async (progress, state) => {
              last = { progress, model: state };
              done.steps = state.state.losses.length - done.resumed;
              await kept.keep(progress, () => stored(state.state));
              await going.told(progress);
            },
          },
          earlier,
        ),
      ),
    ).catch(async (error: unknown) => {
      // Stopped in the middle of an update: what came before it is kept.
      if (settings.signal.aborted && last !== undefined) {
        const { state } = last.model;
        await kept.keep(last.progress, () => stored(state));
      }
      throw error;
    });
    const { state } = model;
    const changed = await opened.net.whole(state.weights, () => 1);
    opened.dispose();
    await close(); // what the engine holds is freed before there are whole files
    return {
      labels: model.labels,
      head: state.head,
      foretold,
      updates,
      trained: await trainedOf(state, changed, trainee),
    };
  } finally {
    opened.dispose();
    await close();
  }
}

/** Nothing where every update was undone. */
async function trainedOf(
  { losses }: TrainedState,
  changed: ReadonlyMap<string, Float32Array>,
  trainee: Trainee,
): Promise<TrainedEncoder | undefined> {
  if (losses.length === 0) return undefined;
  const { rowsOfStep } = await import('../learning/adapt/replayed-steps.ts');
  const tuned = { encoder: changed, head: new Map<string, Float32Array>() };
  return {
    files: await trainee.translated(() => trainee.changedFiles(tuned)),
    head: undefined,
    record: { steps: losses.length, texts: losses.length * rowsOfStep, ...lossEnds(losses) },
  };
}

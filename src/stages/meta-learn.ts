// `meta-learn`: a net for pictures trained on episodes of many classes, so that a few pictures of other classes are enough for the `fine-tune` or the episodes behind it.
import { createHash } from 'node:crypto';
import type { Tensors } from '../learning/optimizers/optimizer.ts';
import { uniteConsumed } from './consumed.ts';
import { consumedRows } from './consumed-rows.ts';
import { readDataset } from './dataset-file.ts';
import { openFolderEngine } from './huggingface-source.ts';
import { knownClasses } from './learnt-classes.ts';
import { saveMetaEncoder, type StoredTensors } from './meta-encoder.ts';
import { notSquare } from './meta-learn-problems.ts';
import { isAdapting, metaMethods, ruleOf, tasksOf } from './meta-methods.ts';
import { checkApart, checkMetaRows, readMetaRows, readMetaValidation } from './meta-rows.ts';
import { metaValidation } from './meta-validation.ts';
import { bool, call, float, int } from './option.ts';
import { defineStage, input, type RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { diverging, lossEnds } from './training-losses.ts';

export const metaLearn = defineStage({
  name: 'meta-learn',
  version: 3,
  doc:
    'Learns to learn: trains `conv4`, a net for pictures without weights at the start, on episodes. An episode takes some classes, a few pictures of each as support, and ' +
    'others of the same classes as queries, and the net learns vectors by which queries find their class, or weights that adapt to the support in a few steps. Of classes that it has never seen a few ' +
    'pictures are enough afterwards: measure it with `evaluate` by `episodes`, or give the model to a `fine-tune` on those, best with `method: prototype(distance: euclidean)`. The rows count in the label budget of every model made from it.',
  example: `load alphabets { from: "alphabets/*/*.png" }
load novel { from: "novel/*/*.png" }
split parts { from: novel  train: 1 per label  test: rest }

meta-learn letters { from: alphabets  ways: 5  shots: 1  episodes: 1000 }

fine-tune classifier { model: letters  from: parts.train  method: prototype(distance: euclidean) }
evaluate score { model: classifier  on: parts.test }`,
  options: {
    method: call(metaMethods, {
      default: { name: 'prototypical', arguments: { distance: 'euclidean' } },
      doc: 'How queries find their class.',
    }),
    ways: int({ min: 2, max: 100, default: 5, doc: 'Classes of an episode.' }),
    shots: int({ min: 1, max: 100, default: 1, doc: 'Pictures of each class to learn from.' }),
    queries: int({ min: 1, max: 100, default: 15, doc: 'Pictures of each class to be asked about.' }),
    episodes: int({
      min: 1,
      default: 1000,
      doc: 'How many episodes the net is trained on: a step each, or of methods with `tasks` a step for so many, the last one filled up.',
    }),
    learning_rate: float({ above: 0, default: 0.001, doc: 'Of Adam; it falls to 0 along a cosine.' }),
    rotations: bool({
      default: false,
      doc: 'Whether pictures turned by 90, 180 and 270 degrees are classes of their own: right for letters, wrong where a class looks the same when it is turned.',
    }),
  },
  inputs: {
    from: input.required('dataset', {
      images: true,
      use: 'fit',
      doc: 'Pictures of many classes, other ones than those that are told apart afterwards.',
    }),
    validation: input.optional('dataset', {
      images: true,
      use: 'select',
      doc:
        'Pictures of other classes, which choose the weights: those that lost least on 40 episodes of them, drawn once and measured before the first step and about 20 times while the ' +
        'net is trained. Neither turned nor learnt from; their labels count in the label budget, and they are no new classes to a report.',
    }),
  },
  outputs: { '': { type: 'model', doc: 'The trained net: an encoder of pictures for `fine-tune`.' } },
  randomness: () => true,

  check({ options, inputs, report }) {
    const [from, validation] = [inputs.dataset('from'), inputs.dataset('validation')];
    checkMetaRows(from, options, 'from', report);
    if (validation !== undefined) checkMetaRows(validation, options, 'validation', report);
    checkApart(from, validation, report);
    const learnt = [knownClasses(from?.labels), ...(validation ? [knownClasses(validation.labels)] : [])];
    return {
      '': {
        type: 'model',
        capability: 'encoder',
        labels: undefined,
        learnt: learnt.includes(undefined) ? undefined : learnt.flatMap((names) => names ?? []),
        ...(isAdapting(options.method) && { ways: options.ways }),
        trainable: true,
        masked: false,
        images: true,
      },
    };
  },

  cost: ({ options }) => [{ count: options.episodes, unit: 'episodes to train on' }],

  async run(context) {
    const { options, inputs, signal } = context;
    const dataset = await readDataset(inputs.from);
    const pictures = await readMetaRows(dataset, options, 'from');
    const { height, width } = pictures;
    if (options.rotations && height !== width) throw stepFailure(notSquare(height, width), 'rotations');
    const others = inputs.validation && (await readDataset(inputs.validation));
    const validation = others && (await readMetaValidation(others, options, pictures));
    const tasks = tasksOf(options.method);
    const steps = Math.ceil(options.episodes / tasks);
    const losses: number[] = [];
    const done = { steps: 0, resumed: 0 };
    const { engine, translated, close } = await openFolderEngine(inputs.from, context);
    let closed = false;
    try {
      const { metaTrain } = await import('../learning/meta/meta-train.ts');
      const { dispose } = await import('@tensorflow/tfjs-core');
      const show = progressOf(steps, tasks, context);
      const trained = await translated(() =>
        diverging(() =>
          metaTrain(engine, {
            pictures,
            rule: ruleOf(options.method),
            shape: options,
            steps,
            tasks,
            rate: options.learning_rate,
            rotations: options.rotations,
            validation,
            seed: context.random('train').below(2 ** 32),
            place: context.checkpoint('conv4'),
            about: aboutOf([inputs.from.digest, inputs.validation?.digest ?? null], options, context),
            signal,
            onStep: ({ step, loss }) => {
              done.steps += 1;
              losses.push(loss);
              show(step, loss);
            },
            resumed: (earlier) => {
              done.resumed = earlier.length;
              losses.push(...earlier);
              context.note(`resumed at episode ${earlier.length * tasks} of ${steps * tasks}`);
            },
          }),
        ),
      );
      const stored = await numbersOf(trained.frozen);
      const learner = trained.learner && (await numbersOf(trained.learner));
      dispose([trained.frozen, trained.learner ?? {}]);
      closed = true;
      await close(undefined, done);
      const chosen = metaValidation(trained.measured);
      if (chosen !== undefined) context.note(chosen.note);
      const { method, ways, shots, queries, episodes, rotations } = options;
      const description = {
        format: 'fsl-conv4',
        version: 1,
        height,
        width,
        channels: pictures.channels,
        method,
        ways,
        shots,
        queries,
        episodes,
        rotations,
        ...lossEnds(losses),
        classes: pictures.names,
        validation: chosen?.record ?? null,
        validation_classes: validation?.names ?? [],
      } as const;
      const consumed = uniteConsumed(
        await consumedRows(dataset, 'fitted'),
        ...(others === undefined ? [] : [await consumedRows(others, 'selected')]),
      );
      await saveMetaEncoder(context.output(), description, { frozen: stored, learner }, consumed);
    } finally {
      if (!closed) await close(undefined, done);
    }
  },
});

async function numbersOf(weights: Tensors): Promise<StoredTensors> {
  const stored: Record<string, StoredTensors[string]> = {};
  for (const [name, tensor] of Object.entries(weights))
    stored[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
  return stored;
}

function aboutOf(
  digests: readonly (string | null)[],
  options: unknown,
  { engine }: Pick<RunContext<never, never>, 'engine'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([engine.backend, engine.device, ...digests, options]))
    .digest('hex');
}

function progressOf(steps: number, tasks: number, { progress }: Pick<RunContext<never, never>, 'progress'>) {
  const start = performance.now();
  let shown = 0;
  return (step: number, loss: number): void => {
    shown += 1;
    const left = Math.ceil(((performance.now() - start) / 1000 / shown) * (steps - step));
    progress({
      done: step * tasks,
      total: steps * tasks,
      unit: 'episodes',
      detail: `loss ${loss.toPrecision(3)}, ${left} s left`,
    });
  };
}

// `meta-learn`: an encoder trained on episodes of many classes, so that a few rows of other classes are enough for the `fine-tune` or the episodes behind it. Here a net for
// pictures from random weights; encoders that there are are trained in meta-tune.ts.
import { createHash } from 'node:crypto';
import type { Tensors } from '../learning/optimizers/optimizer.ts';
import { callFile } from './call-input.ts';
import { uniteConsumed } from './consumed.ts';
import { consumedRows } from './consumed-rows.ts';
import { readDataset } from './dataset-file.ts';
import { openFolderEngine } from './huggingface-source.ts';
import { sightProblem } from './image-source.ts';
import { knownClasses } from './learnt-classes.ts';
import {
  conv4Rate,
  episodesOf,
  modelMeasuredEpisodes,
  modelMeasurements,
  textRate,
  usualEpisodes,
} from './meta-defaults.ts';
import { saveMetaEncoder, type StoredTensors } from './meta-encoder.ts';
import { encoderStays, notSquare, onlyByVectors, otherSight, turnedByItself } from './meta-learn-problems.ts';
import { isAdapting, metaMethods, ruleOf, settledMetaMethod, tasksOf, vectorRuleOf } from './meta-methods.ts';
import { checkApart, checkMetaRows, readMetaRows, readMetaValidation, seesOther } from './meta-rows.ts';
import { metaValidation } from './meta-validation.ts';
import { bool, call, float, int } from './option.ts';
import { refusePairs } from './pairs.ts';
import { defineStage, input, type RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { untrainableNet } from './training-check.ts';
import { diverging, lossEnds } from './training-losses.ts';
import { trainingNotes } from './training-notes.ts';

export const metaLearn = defineStage({
  name: 'meta-learn',
  version: 4,
  doc:
    'Learns to learn: trains an encoder on episodes: the `model`, of texts or of pictures, or without one `conv4`, a net for pictures without weights at the start. An episode takes some classes, a few rows ' +
    'of each as support, and others of the same classes as queries, and the encoder learns vectors by which queries find their class, or `conv4` also weights that adapt to the support in a few steps. Of classes that ' +
    'it has never seen a few rows are enough afterwards: measure it with `evaluate` by `episodes`, or give the model to a `fine-tune` on those, best with `method: prototype` and the distance that it was trained with. The rows count in the label budget of every model made from it.',
  example: `load alphabets { from: "alphabets/*/*.png" }
load novel { from: "novel/*/*.png" }
split parts { from: novel  train: 1 per label  test: rest }

meta-learn letters { from: alphabets  ways: 5  shots: 1  episodes: 1000 }

fine-tune classifier { model: letters  from: parts.train  method: prototype(distance: euclidean) }
evaluate score { model: classifier  on: parts.test }`,
  options: {
    method: call(metaMethods, {
      default: { name: 'prototypical', arguments: { distance: undefined } },
      doc: 'How queries find their class. For a `model` one of the first two.',
    }),
    ways: int({ min: 2, max: 100, default: 5, doc: 'Classes of an episode.' }),
    shots: int({ min: 1, max: 100, default: 1, doc: 'Rows of each class to learn from.' }),
    queries: int({ min: 1, max: 100, default: 15, doc: 'Rows of each class to be asked about.' }),
    episodes: int({
      min: 1,
      doc:
        'How many episodes are trained on: a step each, or of methods with `tasks` a step for so many, the last one filled up. ' +
        `Without it: ${usualEpisodes.conv4}, and ${usualEpisodes.model} for a \`model\`.`,
    }),
    learning_rate: float({
      above: 0,
      doc: `Of Adam; it falls to 0 along a cosine, and for a \`model\` rises over the first tenth of the steps. Without it: ${conv4Rate}, and ${textRate} for a \`model\` of texts.`,
    }),
    rotations: bool({
      default: false,
      doc: 'Whether pictures turned by 90, 180 and 270 degrees are classes of their own: right for letters, wrong where a class looks the same when it is turned.',
    }),
  },
  inputs: {
    model: input.optional('model', {
      capability: 'encoder',
      use: 'apply',
      calls: {
        conv4: {
          doc: 'A net of four convolutions for pictures, with random weights at the start.',
          arguments: {},
        },
      },
      doc: 'The encoder to be trained, of texts or of pictures; of a classifier its encoder is taken. Or `conv4`, from random weights, which is also what is trained without it.',
    }),
    from: input.required('dataset', {
      images: true,
      use: 'fit',
      doc: 'Rows of many classes, other ones than those that are told apart afterwards: pictures, or for a `model` of texts texts.',
    }),
    validation: input.optional('dataset', {
      images: true,
      use: 'select',
      doc:
        'Rows of other classes, which choose the weights: those that lost least on 40 episodes of them, drawn once and measured before the first step and about 20 times while the ' +
        `net is trained; of a \`model\` ${modelMeasuredEpisodes} episodes and about ${modelMeasurements} times. Neither turned nor learnt from; their labels count in the label budget, and they are no new classes to a report.`,
    }),
  },
  outputs: {
    '': {
      type: 'model',
      doc: 'What was trained: an encoder for `fine-tune`, or for `evaluate` by `episodes`.',
    },
  },
  randomness: () => true,

  check(context) {
    const { options, inputs, report } = context;
    const [from, validation] = [inputs.dataset('from'), inputs.dataset('validation')];
    const model = inputs.model('model');
    const trains = context.given('model') && model?.made !== true ? 'model' : 'conv4';
    checkMetaRows(from, options, { at: 'from', trains }, report);
    if (validation !== undefined) checkMetaRows(validation, options, { at: 'validation', trains }, report);
    checkApart(from, validation, report);
    if (trains === 'model') {
      if (model?.trainable === false) report('model', model.images === true ? untrainableNet : encoderStays);
      const sight = sightProblem(from, model);
      if (sight !== undefined) report('model', sight);
      if (seesOther(from, validation)) report('validation', otherSight);
      if (isAdapting(options.method)) report('method', onlyByVectors(options.method.name));
      if (options.rotations) report('rotations', turnedByItself);
    }
    const learnt = [knownClasses(from?.labels), ...(validation ? [knownClasses(validation.labels)] : [])];
    return {
      '': {
        type: 'model',
        capability: 'encoder',
        labels: undefined,
        learnt: learnt.includes(undefined)
          ? undefined
          : [...(model?.learnt ?? []), ...learnt.flatMap((names) => names ?? [])],
        ...(isAdapting(options.method) && { ways: options.ways }),
        trainable: true,
        masked: false,
        images: trains === 'conv4' ? true : model?.images,
      },
    };
  },

  cost: ({ options, inputs }) => {
    const model = inputs.model('model');
    return [
      {
        count: episodesOf(options, model !== undefined && model.made !== true),
        unit: 'episodes to train on',
      },
    ];
  },

  async run(context) {
    const { inputs, signal } = context;
    const dataset = await readDataset(inputs.from);
    refusePairs(dataset, 'meta-learn', 'from');
    const model = inputs.model?.names.includes(callFile) === true ? undefined : inputs.model;
    const episodes = episodesOf(context.options, model !== undefined);
    if (model !== undefined) {
      const { metaTune, usualDistance } = await import('./meta-tune.ts');
      const { method, ways, shots, queries, learning_rate: rate } = context.options;
      const asked = {
        model,
        from: dataset,
        validation: inputs.validation && (await readDataset(inputs.validation)),
        rule: vectorRuleOf(settledMetaMethod(method, await usualDistance(model))),
        shape: { ways, shots, queries },
        episodes,
        rate,
        random: context.random('train'),
      };
      return metaTune(asked, context, context.output());
    }
    const method = settledMetaMethod(context.options.method, 'euclidean');
    const options = { ...context.options, method, learning_rate: context.options.learning_rate ?? conv4Rate };
    const pictures = await readMetaRows(dataset, options, 'from');
    const { height, width } = pictures;
    if (options.rotations && height !== width) throw stepFailure(notSquare(height, width), 'rotations');
    const others = inputs.validation && (await readDataset(inputs.validation));
    const validation = others && (await readMetaValidation(others, options, pictures));
    const tasks = tasksOf(options.method);
    const steps = Math.ceil(episodes / tasks);
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
            about: aboutOf(
              [inputs.from.digest, inputs.validation?.digest ?? null],
              { ...options, episodes },
              context,
            ),
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
      const went = { steps, texts: steps * tasks, ...lossEnds(losses) };
      for (const note of trainingNotes(went, 'episodes')) context.note(note);
      const chosen = metaValidation(trained.measured);
      if (chosen !== undefined) context.note(chosen.note);
      const { ways, shots, queries, rotations } = options;
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

// `meta-learn`: a net for pictures trained on episodes of many classes, so that a few pictures of other classes are enough for the `fine-tune` behind it.
import { createHash } from 'node:crypto';
import type { Rule } from '../learning/meta/meta-train.ts';
import { uniteConsumed } from './consumed.ts';
import { consumedRows } from './consumed-rows.ts';
import { classesOf, texts } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { openFolderEngine } from './huggingface-source.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { knownClasses } from './learnt-classes.ts';
import { saveMetaEncoder } from './meta-encoder.ts';
import {
  needsClasses,
  notSquare,
  smallest,
  textsRefused,
  tooFewClasses,
  tooFewOf,
  tooSmall,
} from './meta-learn-problems.ts';
import { metaMethods, type MetaMethod } from './meta-methods.ts';
import { bool, call, float, int } from './option.ts';
import { defineStage, input, type RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { diverging, lossEnds } from './training-losses.ts';

export const metaLearn = defineStage({
  name: 'meta-learn',
  version: 1,
  doc:
    'Learns to learn: trains `conv4`, a net for pictures without weights at the start, on episodes. An episode takes some classes, a few pictures of each as support, and ' +
    'others of the same classes as queries, and the net learns vectors by which queries find their class. Of classes that it has never seen a few ' +
    'pictures are enough afterwards: give the model to a `fine-tune` on those, best with `method: prototype(distance: euclidean)`. The rows count in the label budget of every model made from it.',
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
    episodes: int({ min: 1, default: 1000, doc: 'How many episodes the net is trained on, a step each.' }),
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
  },
  outputs: { '': { type: 'model', doc: 'The trained net: an encoder of pictures for `fine-tune`.' } },
  randomness: () => true,

  check({ options, inputs, report }) {
    const from = inputs.dataset('from');
    const { ways, shots, queries } = options;
    if (from?.images === false) report('from', textsRefused);
    if (from?.labelled === false) report('from', needsClasses);
    const labels = from?.labels;
    if (labels !== undefined && from?.labelled === true && labels.length < ways)
      report('ways', tooFewClasses(labels.length, ways));
    const short = labels?.find(({ rows }) => rows !== undefined && rows < shots + queries);
    if (short !== undefined) report('from', tooFewOf(short.name, short.rows ?? 0, options, 'pictures'));
    return {
      '': {
        type: 'model',
        capability: 'encoder',
        labels: undefined,
        learnt: knownClasses(labels),
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
    checkLabelledTexts(dataset, { stage: 'meta-learn', does: 'learns from classes', at: 'from' });
    const classes = classesOf(dataset);
    const { images } = dataset;
    if (images === undefined) throw stepFailure(textsRefused, 'from');
    const { height, width, channels } = images;
    if (height < smallest || width < smallest) throw stepFailure(tooSmall(height, width), 'from');
    if (options.rotations && height !== width) throw stepFailure(notSquare(height, width), 'rotations');
    if (classes.length < options.ways) throw stepFailure(tooFewClasses(classes.length, options.ways), 'ways');
    const short = classes.find(({ rows }) => rows.length < options.shots + options.queries);
    if (short !== undefined)
      throw stepFailure(tooFewOf(short.name, short.rows.length, options, 'pictures'), 'from');
    const block = await images.open();
    const names = texts(dataset);
    const losses: number[] = [];
    const done = { steps: 0, resumed: 0 };
    const { engine, translated, close } = await openFolderEngine(inputs.from, context);
    let closed = false;
    try {
      const { metaTrain } = await import('../learning/meta/meta-train.ts');
      const { dispose } = await import('@tensorflow/tfjs-core');
      const show = progressOf(options.episodes, context);
      const weights = await translated(() =>
        diverging(() =>
          metaTrain(engine, {
            pictures: {
              height,
              width,
              channels,
              pixels: (row) => block.pixels(names[row] ?? ''),
              classes: classes.map(({ rows }) => rows),
            },
            rule: ruleOf(options.method),
            shape: options,
            episodes: options.episodes,
            rate: options.learning_rate,
            rotations: options.rotations,
            seed: context.random('train').below(2 ** 32),
            place: context.checkpoint('conv4'),
            about: aboutOf(inputs.from.digest, options, context),
            signal,
            onStep: ({ step, loss }) => {
              done.steps += 1;
              losses.push(loss);
              show(step, loss);
            },
            resumed: (earlier) => {
              done.resumed = earlier.length;
              losses.push(...earlier);
              context.note(`resumed at episode ${earlier.length} of ${options.episodes}`);
            },
          }),
        ),
      );
      const stored: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
      for (const [name, tensor] of Object.entries(weights))
        stored[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array };
      dispose(weights);
      closed = true;
      await close(undefined, done);
      const { method, ways, shots, queries, episodes, rotations } = options;
      const description = {
        format: 'fsl-conv4',
        version: 1,
        height,
        width,
        channels,
        method,
        ways,
        shots,
        queries,
        episodes,
        rotations,
        ...lossEnds(losses),
        classes: classes.map(({ name }) => name),
      } as const;
      await saveMetaEncoder(
        context.output(),
        description,
        stored,
        uniteConsumed(await consumedRows(dataset, 'fitted')),
      );
    } finally {
      if (!closed) await close(undefined, done);
    }
  },
});

function ruleOf(method: MetaMethod): Rule {
  return method.name === 'matching' ? 'matching' : method.arguments.distance;
}

function aboutOf(
  digest: string,
  options: unknown,
  { engine }: Pick<RunContext<never, never>, 'engine'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([engine.backend, engine.device, digest, options]))
    .digest('hex');
}

function progressOf(episodes: number, { progress }: Pick<RunContext<never, never>, 'progress'>) {
  const start = performance.now();
  let shown = 0;
  return (step: number, loss: number): void => {
    shown += 1;
    const left = Math.ceil(((performance.now() - start) / 1000 / shown) * (episodes - step));
    progress({
      done: step,
      total: episodes,
      unit: 'episodes',
      detail: `loss ${loss.toPrecision(3)}, ${left} s left`,
    });
  };
}

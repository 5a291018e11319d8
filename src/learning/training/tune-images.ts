// Trains a net of pictures, or a part of it, for an objective on its vectors. Knows no objectives and no files.
import type * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import type { Pixels } from '../images/decode.ts';
import { asTaken, putNumbers } from '../images/image-encoder.ts';
import type { TrainableImages } from '../images/trainable-images.ts';
import { tensorIn } from '../optimizers/optimizer.ts';
import { tuneNet } from './tune-net.ts';
import type { Net, Objective, Tuned, TuneSettings } from './tune-net.ts';

/** Throws `TrainingError` where the loss is no number. */
export async function tuneImages(
  engine: Pick<Engine, 'capture'>,
  net: TrainableImages,
  pictures: readonly Pixels[],
  objective: Objective,
  settings: TuneSettings,
): Promise<Tuned> {
  const plan = objective.plan(settings.schedule.steps);
  // Steps with fewer rows are filled up with black pictures, which count for nothing.
  const room = plan.reduce((most, { length }) => Math.max(most, length), 1);
  return tuneNet(
    engine,
    picturesNet(net, pictures, () => room),
    plan,
    objective,
    settings,
  );
}

/** The net with these pictures as its rows. `roomFor`: how many rows there is room for in a step that has so many. */
export function picturesNet(
  net: TrainableImages,
  pictures: readonly Pixels[],
  roomFor: (rows: number) => number,
): Net {
  const { height, width, channels } = net.input;
  const size = height * width * channels;
  const sized = pictures.map((picture) => asTaken(picture, net.input)); // once, and not in every step
  return {
    weights: net.weights,
    layers: net.layers,
    partOf: (name) => net.partOf(name),
    batch: (members) => {
      const room = roomFor(members.length);
      const data = new Float32Array(room * size);
      members.forEach((member, i) => {
        const picture = sized[member];
        if (picture === undefined) throw new RangeError(`no picture ${member}`);
        putNumbers(picture, net.input, data, i * size);
      });
      return {
        inputs: { pictures: { data, shape: [room, height, width, channels], type: 'float32' } },
        room,
      };
    },
    vectors: (weights, batch) => ({
      vectors: net.vectors(weights, tensorIn(batch, 'pictures') as tf.Tensor4D),
    }),
    whole: async (changed) => changed,
  };
}

// Layers that training leaves as they are make the same of a text in every step: made once for each text, and read in the steps. Knows no objectives.
import type { TypedTexts } from '../encoders/layer-states.ts';
import type { TrainableEncoder } from '../encoders/trainable.ts';
import type { Batch } from './train.ts';
import type { TextShape } from './shapes.ts';
import type { Trained } from './trained-weights.ts';

/** How many of the first layers are not trained, nor what comes before them; 0 where layers share their weights. */
export function stillLayers(
  { depth, layers }: Pick<TrainableEncoder, 'depth' | 'layers'>,
  { layers: trained }: Trained,
): number {
  return trained === 'all' || depth !== layers ? 0 : Math.max(0, layers - trained);
}

export interface StillStates {
  /** Of a step with these texts, in a shape that has room for them. */
  inputs(texts: readonly number[], shape: TextShape): Batch;
}

/** Numbers kept at most, four bytes each; of more, each step makes its own. */
const mostNumbers = 2 ** 26;

/** `texts`: the ids of the tokens of each. Nothing where there is nothing to keep, or too much. */
export async function stillStates(
  encoder: Pick<TrainableEncoder, 'statesAfter' | 'width'>,
  { texts: ids, types }: TypedTexts,
  still: number,
  signal: AbortSignal,
): Promise<StillStates | undefined> {
  const { width } = encoder;
  const tokens = ids.reduce((sum, { length }) => sum + length, 0);
  if (still === 0 || tokens * width > mostNumbers) return undefined;
  const states = await encoder.statesAfter(ids, still, signal, types);
  return {
    inputs: (texts, shape) => {
      const data = new Float32Array(shape.tokens * width);
      let start = 0;
      for (const text of texts) {
        const own = states[text] ?? new Float32Array();
        data.set(own, start);
        start += own.length;
      }
      return { states: { data, shape: [shape.tokens, width], type: 'float32' } };
    },
  };
}

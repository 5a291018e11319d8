// The models that changes of texts ask. A change asks while copies are drawn; what is not known then is answered for all rows at
// once, in batches, and the copies are drawn again: so that they depend on nothing but the rows, the seed and the models.
import type { LikelyWord, WordPlace } from '../learning/augment/fill.ts';
import type { Artifact } from './artifact.ts';
import { askedModel, type AskedModel } from './asked-model.ts';
import { openMaskFiller } from './mask-filler-source.ts';
import { encoderOf, type ModelContext } from './model-source.ts';
import { openTextGenerator, type WritingAsked } from './text-generator-source.ts';

/** Says which words are likely in the place of one. */
export type AskedFiller = AskedModel<WordPlace, readonly LikelyWord[]>;
/** Writes a text, which may be empty. */
export type AskedWriter = AskedModel<WritingAsked, string>;

export interface AskedModels {
  /** By the place of the model among those that fill. */
  filler(model: number): AskedFiller;
  /** By the place of the model among those that write. */
  writer(model: number): AskedWriter;
  /** Answers everything that was asked since; false where nothing was. */
  answer(): Promise<boolean>;
  dispose(): Promise<void>;
}

export interface ModelsOfChanges {
  readonly fill: readonly Artifact[];
  readonly write: readonly Artifact[];
}

export function openAskedModels({ fill, write }: ModelsOfChanges, context: ModelContext): AskedModels {
  const fillers = oncePerModel(fill, (artifact) =>
    askedModel(() => openMaskFiller(encoderOf(artifact), context), 'masked words', context),
  );
  const writers = oncePerModel(write, (artifact) =>
    askedModel(() => openTextGenerator(artifact, context), 'texts', context),
  );
  let open: Pick<AskedModel<unknown, unknown>, 'close'> | undefined;
  return {
    filler: (model) => placed(fillers, model),
    writer: (model) => placed(writers, model),
    answer: async () => {
      const waiting = [...new Set([...fillers, ...writers])].filter((model) => model.waiting());
      for (const model of waiting) {
        // One at a time: the engine is one a process, and models are large.
        if (open !== model) await open?.close();
        open = model;
        await model.answer();
      }
      return waiting.length > 0;
    },
    dispose: async () => open?.close(),
  };
}

/** Places of equal files share one. */
function oncePerModel<T>(artifacts: readonly Artifact[], make: (artifact: Artifact) => T): readonly T[] {
  const made = new Map<string, T>();
  return artifacts.map((artifact) => {
    const model = made.get(artifact.digest) ?? make(artifact);
    made.set(artifact.digest, model);
    return model;
  });
}

function placed<T>(models: readonly T[], place: number): T {
  const model = models[place];
  if (model === undefined) throw new Error(`there is no model ${place}`);
  return model;
}

// The models that changes of texts ask. A change asks while copies are drawn; what is not known then is answered for all rows at
// once, in batches, and the copies are drawn again: so that they depend on nothing but the rows, the seed and the models.
import type { Artifact } from './artifact.ts';
import { askedFiller, type AskedFiller } from './asked-filler.ts';
import { askedWriter, type AskedWriter } from './asked-writer.ts';
import type { ModelContext } from './model-source.ts';

/** A model with questions that it has been asked and not answered. */
export interface AskedModel {
  readonly waiting: () => boolean;
  /** Answers them all. */
  readonly answer: () => Promise<void>;
  /** Frees what it holds; it can be asked again. */
  readonly close: () => Promise<void>;
}

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
  const fillers = oncePerModel(fill, (artifact) => askedFiller(artifact, context));
  const writers = oncePerModel(write, (artifact) => askedWriter(artifact, context));
  let open: AskedModel | undefined;
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

// What `meta-learn` does where nothing is said, of `conv4` from random weights and of a model that has learnt already.

export const usualEpisodes = { conv4: 1000, model: 300 } as const;

export const conv4Rate = 1e-3;
/** Of encoders of texts. */
export const textRate = 1e-4;

/** Of a model: measurements on episodes of the validation classes, the one before the first step aside, and episodes of each. */
export const modelMeasurements = 10;
export const modelMeasuredEpisodes = 20;

export function episodesOf(
  { episodes }: { readonly episodes?: number | undefined },
  trainsModel: boolean,
): number {
  return episodes ?? usualEpisodes[trainsModel ? 'model' : 'conv4'];
}

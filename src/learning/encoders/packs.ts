// Which texts are encoded together. Sizes of a run depend on the bucket of a text's own length alone, so that a text's vector
// depends on that text alone: texts of other lengths go elsewhere, and a run that is not full is padded.

/** Sizes of every run of one bucket. */
export interface Bucket {
  /** Texts of this many tokens or fewer, and of more than the bucket before. */
  readonly places: number;
  readonly texts: number;
  readonly tokens: number;
}

export interface Pack {
  readonly bucket: Bucket;
  /** Which of the given texts, in packing order. */
  readonly members: readonly number[];
}

/** Tokens of one run: enough for matrix products to be fast, few enough for short lists not to wait. */
export const tokensPerRun = 768;
/** On a GPU, where an operator costs about the same for more of them. */
export const tokensPerGpuRun = 4096;
/** How full a text of a bucket is expected to be; decides how many texts fit into a run. */
const expectedFill = 0.6;
const shortest = 16;
/** How many of the last runs may still take a text. */
const openRuns = 8;

/** Buckets double, so few graphs are compiled; attention alone pays for the places between. */
export function bucketsUpTo(maxTokens: number, perRun = tokensPerRun): readonly Bucket[] {
  const buckets: Bucket[] = [];
  for (let places = Math.min(shortest, maxTokens); ; places = Math.min(2 * places, maxTokens)) {
    const texts = Math.max(1, Math.round(perRun / (places * expectedFill)));
    buckets.push({ places, texts, tokens: Math.max(perRun, places) });
    if (places === maxTokens) return buckets;
  }
}

/**
 * Every text once, in runs of its bucket: the longest first, each into the first open run that has room for it.
 * `lengths` are in tokens, each 1 to the last bucket's `places`.
 */
export function packTexts(lengths: readonly number[], buckets: readonly Bucket[]): readonly Pack[] {
  const order = lengths.map((length, index) => ({ length, index }));
  order.sort((a, b) => b.length - a.length || a.index - b.index);
  const packs: { bucket: Bucket; members: number[]; tokens: number }[] = [];
  for (const { length, index } of order) {
    const bucket = buckets.find(({ places }) => length <= places);
    if (bucket === undefined) throw new RangeError(`a text of ${length} tokens is longer than every bucket`);
    const room = packs
      .slice(-openRuns)
      .find(
        (pack) =>
          pack.bucket === bucket &&
          pack.members.length < bucket.texts &&
          pack.tokens + length <= bucket.tokens,
      );
    if (room === undefined) {
      packs.push({ bucket, members: [index], tokens: length });
    } else {
      room.members.push(index);
      room.tokens += length;
    }
  }
  return packs.map(({ bucket, members }) => ({ bucket, members }));
}

/** The numbers of a run, flat; shapes as in `PackedTexts` and `PooledTexts`. */
export interface PackArrays {
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /** There where the texts of pairs are told apart. */
  readonly types?: Int32Array;
  readonly spread: Int32Array;
  readonly pack: Int32Array;
  readonly mask: Float32Array;
  readonly filled: Float32Array;
  readonly tokens: Int32Array;
  readonly present: Float32Array;
}

/** What `softmax` takes for "not there": its exponential is exactly 0 beside any score. */
const absent = -1e9;

/**
 * Lays the texts out one after the other. What is left of the run repeats the first token, and nothing reads it. `types` are those of
 * each text's tokens, where texts are pairs.
 */
export function fillPack(
  texts: readonly (readonly number[])[],
  { places, texts: count, tokens }: Bucket,
  heads: number,
  types?: readonly (readonly number[])[],
): PackArrays {
  const arrays: PackArrays = {
    ...(types !== undefined && { types: new Int32Array(tokens) }),
    ids: new Int32Array(tokens),
    positions: new Int32Array(tokens),
    spread: new Int32Array(count * heads * places),
    pack: new Int32Array(tokens * heads),
    mask: new Float32Array(count * places).fill(absent),
    filled: new Float32Array(tokens),
    tokens: new Int32Array(count * places),
    present: new Float32Array(count * places),
  };
  let token = 0;
  texts.forEach((ids, text) => {
    ids.forEach((id, place) => {
      arrays.ids[token] = id;
      arrays.positions[token] = place;
      if (arrays.types !== undefined) arrays.types[token] = types?.[text]?.[place] ?? 0;
      arrays.filled[token] = 1;
      arrays.mask[text * places + place] = 0;
      arrays.tokens[text * places + place] = token;
      arrays.present[text * places + place] = 1;
      for (let head = 0; head < heads; head++) {
        const spot = (text * heads + head) * places + place;
        arrays.spread[spot] = token * heads + head;
        arrays.pack[token * heads + head] = spot;
      }
      token += 1;
    });
  });
  return arrays;
}

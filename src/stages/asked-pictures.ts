// Pictures from outside a program as rows for a model of it: brought to the size and the channels of those that it was fitted on. Knows no command.
import type { Pixels } from '../learning/images/decode.ts';
import type { Dataset } from './dataset.ts';
import { namedImages, type ImageShape } from './images.ts';
import { imageColumn } from './load-images.ts';
import { openPictureDecoder } from './picture-decoder.ts';

export interface AskedPicture {
  /** How people call it. */
  readonly shown: string;
  readonly bytes: Uint8Array;
}

/** What to throw where a picture is broken; `problem` goes on after its name. */
export type Refuse = (shown: string, problem: string) => Error;

/** One row a picture, in their order. What is too long is cut at both ends, as `load` does. */
export async function askedPictures(
  pictures: readonly AskedPicture[],
  shape: ImageShape,
  refuse: Refuse,
): Promise<Dataset> {
  const [decode, { ImageError }, { resize, withChannels }] = await Promise.all([
    openPictureDecoder(),
    import('../learning/images/decode.ts'),
    import('../learning/images/resize.ts'),
  ]);
  const { height, width, channels } = shape;
  const decoded = ({ shown, bytes }: AskedPicture): Pixels => {
    try {
      return withChannels(resize(decode(bytes), height, width, 'crop'), channels);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw refuse(shown, error.message);
    }
  };
  const { images, names } = namedImages(
    shape,
    pictures.map((picture) => decoded(picture).data),
  );
  return {
    rows: names.length,
    columns: new Map([[imageColumn, names]]),
    roles: { text: imageColumn },
    labels: [],
    multiLabel: false,
    partition: undefined,
    source: Int32Array.from(names, (_, i) => i),
    images,
  };
}

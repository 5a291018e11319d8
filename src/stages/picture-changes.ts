// The changes of `augment` for pictures, as functions from the name of a picture to that of a changed one, whose pixels are kept here.
import type { Random } from '../learning/random.ts';
import type { Pixels } from '../learning/images/decode.ts';
import type { PictureChange } from './augment-changes.ts';
import { imagesInMemory, pictureName, type Images } from './images.ts';
import type { ChangeText } from './open-changes.ts';

export interface PictureChanges {
  readonly functionOf: (change: PictureChange) => ChangeText;
  /** The pictures of these names, made here or there before. */
  readonly imagesOf: (names: readonly string[]) => Images;
}

export async function openPictureChanges(images: Images): Promise<PictureChanges> {
  const ways = await import('../learning/augment/pictures.ts');
  const { height, width, channels } = images;
  const block = await images.open();
  const made = new Map<string, Uint8Array>();
  const pixels = (name: string): Uint8Array => made.get(name) ?? block.pixels(name);
  const changed = (change: PictureChange, picture: Pixels, random: Random): Pixels => {
    switch (change.name) {
      case 'crop':
        return ways.crop(picture, change.arguments.scale, random);
      case 'flip':
        return ways.flip(picture, change.arguments.axis);
      case 'rotate':
        return ways.rotate(picture, change.arguments.degrees, random);
      case 'shift':
        return ways.shift(picture, change.arguments.share, random);
      case 'erase':
        return ways.erase(picture, change.arguments.share, random);
      case 'jitter':
        return ways.jitter(picture, change.arguments.strength, random);
      case 'noise':
        return ways.noise(picture, change.arguments.deviation, random);
      default:
        return change satisfies never;
    }
  };
  return {
    functionOf: (change) => (name, random) => {
      const { data } = changed(change, { height, width, channels, data: pixels(name) }, random);
      const own = pictureName(images, data);
      if (own !== name) made.set(own, data);
      return own;
    },
    imagesOf: (names) => {
      const different = [...new Set(names)];
      const size = height * width * channels;
      const all = new Uint8Array(different.length * size);
      different.forEach((name, i) => all.set(pixels(name), i * size));
      return imagesInMemory({ height, width, channels }, different, all);
    },
  };
}

// What comes before a net of transformers, by its preprocessor_config.json: pictures brought to one size as its image processor brings them, and bytes to numbers.
import { badModel, countIn, isObject, numberIn, type JsonObject } from '../encoders/model-folder.ts';
import type { Pixels } from './decode.ts';
import type { NetType } from './huggingface-net.ts';
import { processorFile as file } from './huggingface-net.ts';
import type { NetInput } from './image-encoder.ts';
import { flagIn } from './net-plan.ts';
import { pillowResize } from './pillow-resize.ts';
import { cubic, triangle, type Kernel } from './resample.ts';
import { withChannels } from './resize.ts';

interface Size {
  readonly height: number;
  readonly width: number;
}

type Step =
  | { readonly does: 'resize'; readonly size: Size | { readonly shortest: number } }
  /** In the middle; black where the picture is smaller. */
  | { readonly does: 'cut'; readonly size: Size };

interface Defaults {
  readonly resample: number;
  readonly size: JsonObject;
  /** Nothing where the shorter side is not made longer before a cut. */
  readonly crop_pct: number | undefined;
  readonly do_center_crop: boolean;
}

/** Image processors by name, and what they do where nothing is said. */
const processors = {
  ConvNext: { resample: 3, size: { shortest_edge: 384 }, crop_pct: 224 / 256, do_center_crop: false },
  MobileNetV2: { resample: 2, size: { shortest_edge: 256 }, crop_pct: undefined, do_center_crop: true },
} as const satisfies Record<string, Defaults>;

type ProcessorName = keyof typeof processors;

/** Which one transformers takes for a net without a file. */
const usual: Readonly<Record<NetType, ProcessorName>> = {
  resnet: 'ConvNext',
  mobilenet_v2: 'MobileNetV2',
};

/** From this size on the processor of ConvNext stretches. */
const stretched = 384;

/** `config`: what is in the file, where there is one. Throws `ModelError` for what FSL does not do. */
export function processorInput(config: JsonObject, type: NetType, channels: 1 | 3): NetInput {
  const defaults: Defaults = processors[nameIn(config) ?? usual[type]];
  const kernel = kernelIn(config, defaults);
  const steps = stepsIn(config, defaults);
  const size = steps.at(-1)?.size;
  if (size === undefined || 'shortest' in size)
    throw badModel(
      file,
      'is such that pictures keep different sizes: no cut makes them one',
      'Set `do_center_crop` to true, with a `crop_size`, or `size` to a `height` and a `width`.',
    );
  const rescale = flagIn(config, 'do_rescale', file, true)
    ? numberIn(config, 'rescale_factor', file, 1 / 255)
    : 1;
  const normalises = flagIn(config, 'do_normalize', file, true);
  const mean = eachIn(config, 'image_mean', channels, normalises ? 0.5 : 0, normalises);
  const deviation = eachIn(config, 'image_std', channels, normalises ? 0.5 : 1, normalises);
  return {
    ...size,
    channels,
    scale: deviation.map((sd) => rescale / sd),
    shift: deviation.map((sd, c) => -(mean[c] ?? 0) / sd),
    prepare: (image) =>
      steps.reduce((before, step) => done(before, step, kernel), withChannels(image, channels)),
  };
}

function nameIn(config: JsonObject): ProcessorName | undefined {
  const stated = config['image_processor_type'] ?? config['feature_extractor_type'];
  if (stated === undefined || stated === null) return undefined;
  const name = (typeof stated === 'string' ? stated : '').replace(
    /(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/,
    '',
  );
  if (Object.hasOwn(processors, name)) return name as ProcessorName;
  const known = Object.keys(processors).map((one) => `\`${one}ImageProcessor\``);
  throw badModel(
    file,
    `is of ${JSON.stringify(stated)}, which FSL does not do`,
    `Those that it does: ${known.join(', ')}.`,
  );
}

function kernelIn(config: JsonObject, defaults: Defaults): Kernel {
  const resample = config['resample'] ?? defaults.resample;
  if (resample === 2) return triangle;
  if (resample === 3) return cubic;
  throw badModel(
    file,
    `\`resample\` is ${JSON.stringify(resample)}, which FSL does not do`,
    'It does 2 (bilinear) and 3 (bicubic).',
  );
}

function stepsIn(config: JsonObject, defaults: Defaults): readonly Step[] {
  const steps: Step[] = [];
  if (flagIn(config, 'do_resize', file, true)) {
    const stated = config['size'] ?? defaults.size;
    const size = typeof stated === 'number' ? { shortest_edge: stated } : stated;
    if (defaults.crop_pct !== undefined) steps.push(...cropped(config, size, defaults.crop_pct));
    else steps.push({ does: 'resize', size: resizedTo(size) });
  }
  if (flagIn(config, 'do_center_crop', file, defaults.do_center_crop))
    steps.push({ does: 'cut', size: square(config['crop_size'] ?? 224, 'crop_size') });
  return steps;
}

/** The shorter side as much longer as `crop_pct` says, then cut; large ones stretched. */
function cropped(config: JsonObject, size: unknown, usually: number): readonly Step[] {
  const shortest = isObject(size) ? countIn(size, 'shortest_edge', file) : wrongSize('size', size);
  const target = { height: shortest, width: shortest };
  if (shortest >= stretched) return [{ does: 'resize', size: target }];
  const share = numberIn(config, 'crop_pct', file, usually);
  if (share <= 0)
    throw badModel(file, `\`crop_pct\` should be more than 0, not ${share}`, 'Get the file again.');
  return [
    { does: 'resize', size: { shortest: Math.trunc(shortest / share) } },
    { does: 'cut', size: target },
  ];
}

function resizedTo(size: unknown): Size | { readonly shortest: number } {
  if (!isObject(size) || size['shortest_edge'] === undefined) return square(size, 'size');
  if (size['longest_edge'] !== undefined) return wrongSize('size', size);
  return { shortest: countIn(size, 'shortest_edge', file) };
}

function square(size: unknown, name: string): Size {
  if (typeof size === 'number') return square({ height: size, width: size }, name);
  if (!isObject(size)) return wrongSize(name, size);
  return { height: countIn(size, 'height', file), width: countIn(size, 'width', file) };
}

function wrongSize(name: string, value: unknown): never {
  throw badModel(
    file,
    `\`${name}\` is ${JSON.stringify(value)}, which FSL does not do`,
    'It does `{"shortest_edge": 224}` and `{"height": 224, "width": 224}`, each as far as the image processor does.',
  );
}

/** One number for each channel. */
function eachIn(
  config: JsonObject,
  name: string,
  channels: number,
  fallback: number,
  asked: boolean,
): readonly number[] {
  const stated = asked ? (config[name] ?? fallback) : fallback;
  const list: readonly unknown[] = Array.isArray(stated) ? stated : new Array<unknown>(channels).fill(stated);
  if (list.length === channels && list.every((one) => typeof one === 'number' && Number.isFinite(one)))
    return list as readonly number[];
  throw badModel(
    file,
    `\`${name}\` should be ${channels} numbers, not ${JSON.stringify(stated)}`,
    'Get the file again.',
  );
}

function done(image: Pixels, { does, size }: Step, kernel: Kernel): Pixels {
  if (does === 'cut') return cut(image, size);
  const { height, width } = 'shortest' in size ? proportional(image, size.shortest) : size;
  return pillowResize(image, height, width, kernel);
}

function proportional({ height, width }: Size, shortest: number): Size {
  const long = Math.trunc((shortest * Math.max(height, width)) / Math.min(height, width));
  return height <= width ? { height: shortest, width: long } : { height: long, width: shortest };
}

function cut(image: Pixels, { height, width }: Size): Pixels {
  const { channels } = image;
  const top = Math.floor((image.height - height) / 2);
  const left = Math.floor((image.width - width) / 2);
  const [first, last] = [Math.max(0, left), Math.min(image.width, left + width)];
  const data = new Uint8Array(height * width * channels);
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y += 1) {
    const line = (y + top) * image.width;
    const part = image.data.subarray((line + first) * channels, (line + last) * channels);
    data.set(part, (y * width + first - left) * channels);
  }
  return { height, width, channels, data };
}

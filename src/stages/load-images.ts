// Rows of pictures: which rows stay, and their pictures decoded, brought to one size and number of channels, and put into one block. What is broken is
// named, or left out and counted.
import { Failure } from '../parser/diagnostic.ts';
import type { Decode, Pixels } from '../learning/images/decode.ts';
import type { Fit } from '../learning/images/resize.ts';
import type { Artifact } from './artifact.ts';
import { freeName, select, withColumn, type Dataset } from './dataset.ts';
import { namedImages, type ImageShape, type Images } from './images.ts';
import { imageTable, type ImageManner, type ImageSource } from './load-image-sources.ts';
import { unknownColumn, type Finding } from './load-columns.ts';
import { loadRows, type RowOptions } from './load-rows.ts';
import { openPictureDecoder } from './picture-decoder.ts';
import type { RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { problemOf } from './tables/table.ts';

export interface ImageOptions extends Omit<RowOptions, 'text'>, ImageManner {
  readonly size: number | undefined;
  readonly fit: Fit;
  readonly channels: 'auto' | 'grey' | 'rgb';
}

type Context = Pick<RunContext<never, never>, 'progress' | 'note' | 'signal'>;

/** The name of the column with the pictures' names, where it is free. */
export const imageColumn = 'image';

/** The block must fit memory together with what is made of it. */
const mostImageBytes = 2 ** 30;

/** Throws `Failure` where the data, or a picture that may not be left out, is wrong. */
export async function loadImages(from: Artifact, options: ImageOptions, context: Context): Promise<Dataset> {
  const { reading, sources } = await imageTable(from, options);
  if (reading.state === 'unreadable') throw new Failure(reading.problem);
  const { table, broken } = reading;
  const problem = problemOf(broken);
  if (problem !== undefined && options.on_error === 'fail') throw new Failure(problem);
  const names = [...table.columns.keys()];
  if (options.image !== undefined && !names.includes(options.image))
    throw stepFailure(unknownColumn(options.image, names), 'image');
  const name = freeName(imageColumn, names);
  const numbers = sources.map((source, row) => (source === undefined ? null : String(row)));
  const columns = new Map(table.columns).set(name, numbers);
  const loaded = loadRows({ ...table, columns }, broken.before, { ...options, text: name });
  if (loaded.state === 'wrong')
    throw new Failure(
      ...loaded.findings
        .map((finding) => ofImages(atSource(finding, options.image)))
        .flatMap((finding) => stepFailure(finding.problem, finding.at).diagnostics),
    );
  if (loaded.incomplete > 0)
    context.note(`${rows(loaded.incomplete)} left out for want of a picture or a label`);
  const chosen = (loaded.dataset.columns.get(name) ?? []).map((row) => sources[Number(row)]);
  const decoded = await decodeAll(chosen, options, context);
  const kept = [...decoded.keys()].filter((i) => decoded[i] !== undefined);
  if (kept.length === 0)
    throw stepFailure({ code: 'empty-data', message: 'no row has a picture that can be decoded' }, 'from');
  const block = await oneBlock(
    kept.map((i) => decoded[i] as Named),
    options,
  );
  return { ...withColumn(select(loaded.dataset, kept), name, block.names), images: block.images };
}

/** Rows without a picture are found in the column of the pictures' names, which no program knows. */
function atSource({ at, problem }: Finding, source: string | undefined): Finding {
  if (at !== 'text' || problem.code !== 'needs-text') return { at, problem };
  return {
    at,
    problem: {
      ...problem,
      message: problem.message.replace(/`[^`]*`/, `\`${source ?? imageColumn}\``),
      hint: 'leave such rows out with `on_error: skip`',
    },
  };
}

/** A problem of the column that stands for texts elsewhere. */
export function ofImages({ at, problem }: Finding): Finding {
  const message = problem.message.replace('in the text column', 'in the column');
  return at === 'text' ? { at: 'image', problem: { ...problem, message } } : { at, problem };
}

interface Named {
  readonly shown: string;
  readonly pixels: Pixels;
}

/** Nothing for a broken picture that is left out. */
async function decodeAll(
  sources: readonly (ImageSource | undefined)[],
  { on_error: onError, size, fit }: ImageOptions,
  { progress, note, signal }: Context,
): Promise<readonly (Named | undefined)[]> {
  const { ImageError } = await import('../learning/images/decode.ts');
  const { resize } = await import('../learning/images/resize.ts');
  let decode: Decode | undefined;
  const broken: string[] = [];
  const found: (Named | undefined)[] = [];
  let bytes = 0;
  for (const source of sources) {
    signal.throwIfAborted();
    if (source === undefined) throw new Error('a row without a picture was kept');
    const { shown } = source;
    try {
      const whole =
        source.pixels?.() ??
        (decode ??= await openPictureDecoder())((await source.bytes?.()) ?? new Uint8Array());
      const pixels = size === undefined ? whole : resize(whole, size, size, fit);
      bytes += pixels.data.length;
      if (bytes > mostImageBytes) throw stepFailure(tooMany(sources.length, pixels), 'from');
      found.push({ shown, pixels });
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      broken.push(`\`${shown}\` ${error.message}`);
      found.push(undefined);
    }
    if (found.length % 50 === 0) progress({ done: found.length, total: sources.length, unit: 'images' });
  }
  if (broken.length > 0 && onError === 'fail') throw stepFailure(brokenImages(broken), 'from');
  if (broken.length > 0)
    note(`${rows(broken.length)} left out because their pictures are broken: ${firstOf(broken)}`);
  return found;
}

async function oneBlock(
  decoded: readonly Named[],
  { channels }: ImageOptions,
): Promise<{ readonly images: Images; readonly names: readonly string[] }> {
  const { withChannels } = await import('../learning/images/resize.ts');
  const [first] = decoded as readonly [Named];
  const { height, width } = first.pixels;
  const other = decoded.find(({ pixels }) => pixels.height !== height || pixels.width !== width);
  if (other !== undefined) throw stepFailure(differentSizes(first, other), 'from');
  const coloured =
    channels === 'auto' ? decoded.some(({ pixels }) => pixels.channels === 3) : channels === 'rgb';
  const shape: ImageShape = { height, width, channels: coloured ? 3 : 1 };
  const size = height * width * shape.channels;
  if (decoded.length * size > mostImageBytes) throw stepFailure(tooMany(decoded.length, shape), 'from');
  return namedImages(
    shape,
    decoded.map(({ pixels }) => withChannels(pixels, shape.channels).data),
  );
}

function brokenImages(broken: readonly string[]) {
  const [first = ''] = broken;
  return {
    code: 'bad-image',
    message: broken.length === 1 ? first : `${broken.length} pictures are broken: ${firstOf(broken)}`,
    hint: 'get the file again or take it away, or leave broken pictures out with `on_error: skip`',
  } as const;
}

function firstOf(broken: readonly string[]): string {
  return broken.slice(0, 4).join('; ') + (broken.length > 4 ? `; and ${broken.length - 4} more` : '');
}

function differentSizes(first: Named, other: Named) {
  const shown = ({ shown: name, pixels }: Named): string =>
    `\`${name}\` is ${pixels.width} pixels wide and ${pixels.height} high`;
  return {
    code: 'bad-image',
    message: `the pictures have different sizes: ${shown(first)}, ${shown(other)}`,
    hint: 'say the size that all are brought to: `size: 64`',
  } as const;
}

function tooMany(count: number, { height, width, channels }: ImageShape) {
  return {
    code: 'bad-image',
    message: `${count} pictures of ${height} x ${width} pixels with ${channels} channels do not fit: at most 1 GiB of pixels is kept`,
    hint: 'make them smaller with `size`, or take fewer with `limit`',
  } as const;
}

function rows(n: number): string {
  return n === 1 ? '1 row was' : `${n} rows were`;
}

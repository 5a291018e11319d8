// What a net of transformers computes, as data: convolutions in blocks around which a picture may pass. Knows no tensors, so that a folder can be judged
// from the header of its weights.
import type { Activation } from '../encoders/family.ts';
import { activations } from '../encoders/family.ts';
import { badModel, wordIn, type JsonObject } from '../encoders/model-folder.ts';
import type { NormalisedConvolution, Sliding } from './folded-convolution.ts';

const netActivations = [...activations, 'relu6'] as const;
export type NetActivation = Activation | 'relu6';

export interface PlannedConvolution extends NormalisedConvolution, Sliding {
  /** As the file has it: [out, in, height, width]. */
  readonly shape: readonly [number, number, number, number];
  readonly activation: NetActivation | undefined;
}

/** Convolutions one after the other; what went in is added to what comes out. */
export interface PlannedBlock {
  readonly inside: readonly PlannedConvolution[];
  /** What is added: nothing, what went in, or a convolution of it. */
  readonly shortcut: 'none' | 'same' | PlannedConvolution;
  /** Of the sum. */
  readonly activation: NetActivation | undefined;
  /** Whether the greatest of 3 x 3 pixels, every second one, is taken at the end. */
  readonly pooled?: boolean;
}

export interface NetPlan {
  /** Under which name models with a classifier on top keep the net. */
  readonly prefix: string;
  readonly channels: 1 | 3;
  readonly blocks: readonly PlannedBlock[];
}

/** `name`: of both, which transformers has side by side. */
export function plannedConvolution(
  name: string,
  rest: Omit<PlannedConvolution, 'name' | 'convolution' | 'normal'>,
): PlannedConvolution {
  return { name, convolution: `${name}.convolution`, normal: `${name}.normalization`, ...rest };
}

export function convolutionsOf({ inside, shortcut }: PlannedBlock): readonly PlannedConvolution[] {
  return typeof shortcut === 'string' ? inside : [...inside, shortcut];
}

/** The plan with the names that the file has. Throws `ModelError` where a tensor is missing or has another shape than the config implies, and where there are more. */
export function storedPlan(
  shapes: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  plan: NetPlan,
  file: string,
): NetPlan {
  const prefix = [...shapes.keys()].some((name) => name.startsWith(plan.prefix)) ? plan.prefix : '';
  const stored = plan.blocks.map((block) => withPrefix(block, prefix));
  const all = stored.flatMap(convolutionsOf);
  for (const { convolution, normal, shape } of all) {
    check(shapes, `${convolution}.weight`, shape, file);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      check(shapes, `${normal}.${part}`, shape.slice(0, 1), file);
  }
  const known = new Set(all.map(({ convolution }) => `${convolution}.weight`));
  const more = [...shapes.keys()].find((name) => name.endsWith('.convolution.weight') && !known.has(name));
  if (more !== undefined)
    throw badModel(file, `has the tensor \`${more}\`, for which \`config.json\` has no layer`, sameModel);
  return { ...plan, blocks: stored };
}

export function channelsIn(config: JsonObject, file: string): 1 | 3 {
  const channels = config['num_channels'] ?? 3;
  if (channels === 1 || channels === 3) return channels;
  throw badModel(
    file,
    `\`num_channels\` is ${JSON.stringify(channels)}, and pictures have 1 or 3`,
    'Use a model for pictures in grey or in colours.',
  );
}

export function flagIn(config: JsonObject, name: string, file: string, fallback: boolean): boolean {
  const value = config[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw badModel(
    file,
    `\`${name}\` should be true or false, not ${JSON.stringify(value)}`,
    'Get the file again.',
  );
}

export function activationIn(config: JsonObject, file: string, fallback: NetActivation): NetActivation {
  return wordIn(config, 'hidden_act', file, netActivations, fallback);
}

const sameModel = 'Use `config.json` and weights of the same model.';

function check(
  shapes: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  name: string,
  wanted: readonly number[],
  file: string,
): void {
  const found = shapes.get(name)?.shape;
  const shown = `[${wanted.join(', ')}]`;
  if (found === undefined)
    throw badModel(file, `has no tensor \`${name}\`, which should be ${shown} by \`config.json\``, sameModel);
  if (found.join() !== wanted.join())
    throw badModel(
      file,
      `has the tensor \`${name}\` as [${found.join(', ')}], and by \`config.json\` it should be ${shown}`,
      sameModel,
    );
}

function withPrefix({ inside, shortcut, ...block }: PlannedBlock, prefix: string): PlannedBlock {
  const named = (one: PlannedConvolution): PlannedConvolution => ({
    ...one,
    convolution: `${prefix}${one.convolution}`,
    normal: `${prefix}${one.normal}`,
  });
  return {
    ...block,
    inside: inside.map(named),
    shortcut: typeof shortcut === 'string' ? shortcut : named(shortcut),
  };
}

// MobileNet-V2 of transformers (`model_type: "mobilenet_v2"`; Sandler et al. 2018, arXiv:1801.04381) by its config.json: blocks that widen, look at each
// channel by itself, and narrow again.
import { countIn, numberIn, type JsonObject } from '../encoders/model-folder.ts';
import {
  activationIn,
  channelsIn,
  flagIn,
  type NetPlan,
  type PlannedBlock,
  type PlannedConvolution,
  plannedConvolution,
} from './net-plan.ts';

/** Channels between blocks, before `depth_multiplier`. */
const widths = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320] as const;
const strides = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1] as const;
const [stemWidth, lastWidth] = [32, 1280];

/** Throws `ModelError` for nets that FSL does not run. */
export function mobilenetPlan(config: JsonObject, file: string): NetPlan {
  const channels = channelsIn(config, file);
  const multiplier = numberIn(config, 'depth_multiplier', file, 1);
  const divided = dividing(
    countIn(config, 'depth_divisible_by', file, 8),
    countIn(config, 'min_depth', file, 8),
  );
  const times = (width: number): number => divided(rounded(width * multiplier));
  const expand = numberIn(config, 'expand_ratio', file, 6);
  const convolution = convolutionsBy(config, file);
  const [first, ...outs] = widths.map(times);
  let ins = first ?? 0;
  const wide = times(stemWidth);
  const joined = flagIn(config, 'first_layer_is_expansion', file, true);
  const stem = plain([
    convolution('conv_stem.first_conv', [wide, channels, 3, 3], { stride: 2 }),
    ...(joined ? [] : [convolution('conv_stem.expand_1x1', [wide, wide, 1, 1])]),
    convolution('conv_stem.conv_3x3', [wide, 1, 3, 3], { depthwise: true }),
    convolution('conv_stem.reduce_1x1', [ins, wide, 1, 1], { linear: true }),
  ]);
  const windows = windowsBy(countIn(config, 'output_stride', file, 32));
  const blocks = outs.map((out, i): PlannedBlock => {
    const { stride, dilation } = windows[i] ?? { stride: 1, dilation: 1 };
    const inner = divided(rounded(ins * expand));
    const inside = [
      convolution(`layer.${i}.expand_1x1`, [inner, ins, 1, 1]),
      convolution(`layer.${i}.conv_3x3`, [inner, 1, 3, 3], { stride, dilation, depthwise: true }),
      convolution(`layer.${i}.reduce_1x1`, [out, inner, 1, 1], { linear: true }),
    ];
    const added = stride === 1 && ins === out;
    ins = out;
    return { ...plain(inside), shortcut: added ? 'same' : 'none' };
  });
  const full = flagIn(config, 'finegrained_output', file, true) && multiplier < 1;
  const last = convolution('conv_1x1', [full ? lastWidth : times(lastWidth), ins, 1, 1]);
  return { prefix: 'mobilenet_v2.', channels, blocks: [stem, ...blocks, plain([last])] };
}

interface Kind {
  readonly stride?: number;
  readonly dilation?: number;
  readonly depthwise?: boolean;
  /** Without activation. */
  readonly linear?: boolean;
}

function convolutionsBy(config: JsonObject, file: string) {
  const same = flagIn(config, 'tf_padding', file, true);
  const epsilon = numberIn(config, 'layer_norm_eps', file, 0.001);
  const activation = activationIn(config, file, 'relu6');
  return (
    name: string,
    shape: PlannedConvolution['shape'],
    { stride = 1, dilation = 1, depthwise = false, linear = false }: Kind = {},
  ): PlannedConvolution =>
    plannedConvolution(name, {
      epsilon,
      shape,
      stride,
      dilation,
      depthwise,
      padding: same ? 'same' : Math.floor((shape[2] - 1) / 2) * dilation,
      activation: linear ? undefined : activation,
    });
}

function plain(inside: readonly PlannedConvolution[]): PlannedBlock {
  return { inside, shortcut: 'none', activation: undefined };
}

/** From where pictures are so many times smaller, pixels are looked at further apart in the place of leaving some out. */
function windowsBy(outputStride: number): readonly { readonly stride: number; readonly dilation: number }[] {
  let [smaller, dilation] = [2, 1];
  return strides.map((stride) => {
    if (smaller !== outputStride) {
      smaller *= stride;
      return { stride, dilation: 1 };
    }
    const own = { stride: 1, dilation };
    dilation *= stride;
    return own;
  });
}

/** The multiple of `divisor` next to a width, no more than a tenth below it. */
function dividing(divisor: number, least: number): (width: number) => number {
  return (width) => {
    const near = Math.max(least, Math.floor(Math.trunc(width + divisor / 2) / divisor) * divisor);
    return near < 0.9 * width ? near + divisor : near;
  };
}

/** As Python's `round`: halves to the even side. */
function rounded(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

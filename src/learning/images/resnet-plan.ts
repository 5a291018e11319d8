// ResNets of transformers (`model_type: "resnet"`; He et al. 2016, arXiv:1512.03385) by their config.json: a stem that makes pictures four times smaller,
// then stages of blocks of two convolutions (`basic`) or three (`bottleneck`).
import { badModel, countIn, wordIn, type JsonObject } from '../encoders/model-folder.ts';
import {
  activationIn,
  channelsIn,
  flagIn,
  type NetActivation,
  type NetPlan,
  type PlannedBlock,
  type PlannedConvolution,
  plannedConvolution,
} from './net-plan.ts';

const epsilon = 1e-5;
/** How many times fewer channels the inside of a bottleneck has. */
const reduction = 4;

/** Throws `ModelError` for nets that FSL does not run. */
export function resnetPlan(config: JsonObject, file: string): NetPlan {
  const activation = activationIn(config, file, 'relu');
  const channels = channelsIn(config, file);
  const width = countIn(config, 'embedding_size', file, 64);
  const widths = countsIn(config, 'hidden_sizes', file, [256, 512, 1024, 2048]);
  const depths = countsIn(config, 'depths', file, [3, 4, 6, 3]);
  if (widths.length !== depths.length)
    throw badModel(
      file,
      `\`hidden_sizes\` are ${widths.length} and \`depths\` ${depths.length}`,
      'Get the file again.',
    );
  const inside = insideOf(config, file);
  const first = flagIn(config, 'downsample_in_first_stage', file, false);
  const blocks = widths.flatMap((out, stage) =>
    Array.from({ length: depths[stage] ?? 0 }, (_, layer): PlannedBlock => {
      const name = `encoder.stages.${stage}.layers.${layer}`;
      const ins = layer > 0 ? out : stage > 0 ? (widths[stage - 1] ?? 0) : width;
      const stride = layer === 0 && (stage > 0 || first) ? 2 : 1;
      const plain = ins === out && stride === 1;
      return {
        inside: inside(name, ins, out, stride),
        shortcut: plain ? 'same' : convolution(`${name}.shortcut`, [out, ins, 1, 1], stride, undefined),
        activation,
      };
    }),
  );
  const stem: PlannedBlock = {
    inside: [convolution('embedder.embedder', [width, channels, 7, 7], 2, activation)],
    shortcut: 'none',
    activation: undefined,
    pooled: true,
  };
  return { prefix: 'resnet.', channels, blocks: [stem, ...blocks] };
}

type Inside = (name: string, ins: number, out: number, stride: number) => readonly PlannedConvolution[];

/** Inside of blocks the activation is ReLU, whatever `hidden_act` says. */
function insideOf(config: JsonObject, file: string): Inside {
  if (wordIn(config, 'layer_type', file, ['basic', 'bottleneck'], 'bottleneck') === 'basic')
    return (name, ins, out, stride) => [
      convolution(`${name}.layer.0`, [out, ins, 3, 3], stride, 'relu'),
      convolution(`${name}.layer.1`, [out, out, 3, 3], 1, undefined),
    ];
  const early = flagIn(config, 'downsample_in_bottleneck', file, false);
  return (name, ins, out, stride) => {
    const narrow = Math.floor(out / reduction);
    return [
      convolution(`${name}.layer.0`, [narrow, ins, 1, 1], early ? stride : 1, 'relu'),
      convolution(`${name}.layer.1`, [narrow, narrow, 3, 3], early ? 1 : stride, 'relu'),
      convolution(`${name}.layer.2`, [out, narrow, 1, 1], 1, undefined),
    ];
  };
}

function convolution(
  name: string,
  shape: PlannedConvolution['shape'],
  stride: number,
  activation: NetActivation | undefined,
): PlannedConvolution {
  return plannedConvolution(name, {
    epsilon,
    shape,
    stride,
    padding: Math.floor(shape[2] / 2),
    activation,
  });
}

function countsIn(
  config: JsonObject,
  name: string,
  file: string,
  fallback: readonly number[],
): readonly number[] {
  const value = config[name] ?? fallback;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => Number.isSafeInteger(one) && one > 0))
    return value as readonly number[];
  throw badModel(
    file,
    `\`${name}\` should be positive whole numbers, not ${JSON.stringify(value)}`,
    'Get the file again.',
  );
}

// Gradients of convolutions, which are convolutions again: of each kind, the gradients of its gradients are its other two. So derivatives of
// any order are right by construction.
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { EngineError } from '../engine-error.ts';

interface Kind {
  readonly forward: string;
  readonly byInput: string;
  readonly byFilter: string;
}

const kinds: readonly Kind[] = [
  { forward: 'Conv2D', byInput: 'Conv2DBackpropInput', byFilter: 'Conv2DBackpropFilter' },
  {
    forward: 'DepthwiseConv2dNative',
    byInput: 'DepthwiseConv2dNativeBackpropInput',
    byFilter: 'DepthwiseConv2dNativeBackpropFilter',
  },
];

export const convolutionGradients: readonly GradConfig[] = kinds.flatMap((kind) => [
  {
    kernelName: kind.forward,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attributes) => {
      const [x, filter] = pair(saved);
      const given = known(kind, attributes);
      return {
        x: () => byInput(kind, one(dy), filter, x.shape, given),
        filter: () => byFilter(kind, x, one(dy), filter.shape, given),
      };
    },
  },
  {
    kernelName: kind.byInput,
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, saved, attributes) => {
      const [dy, filter] = pair(saved);
      const given = known(kind, attributes);
      return {
        dy: () => forward(kind, one(ddx), filter, given),
        filter: () => byFilter(kind, one(ddx), dy, filter.shape, given),
      };
    },
  },
  {
    kernelName: kind.byFilter,
    inputsToSave: ['x', 'dy'],
    gradFunc: (ddw, saved, attributes) => {
      const [x, dy] = pair(saved);
      const given = known(kind, attributes);
      return {
        x: () => byInput(kind, dy, one(ddw), x.shape, given),
        dy: () => forward(kind, x, one(ddw), given),
      };
    },
  },
]);

function forward({ forward: kernel }: Kind, x: Tensor, filter: Tensor, given: NamedAttrMap): Tensor {
  return tf.engine().runKernel(kernel, { x, filter }, { ...given, dilations: [1, 1] });
}

function byInput(
  { byInput: kernel }: Kind,
  dy: Tensor,
  filter: Tensor,
  inputShape: number[],
  given: NamedAttrMap,
): Tensor {
  return tf.engine().runKernel(kernel, { dy, filter }, { ...given, inputShape });
}

function byFilter(
  { byFilter: kernel }: Kind,
  x: Tensor,
  dy: Tensor,
  filterShape: number[],
  given: NamedAttrMap,
): Tensor {
  return tf.engine().runKernel(kernel, { x, dy }, { ...given, filterShape });
}

/** What the three have in common. tfjs's kernels for the way back know no dilation, and would leave it out in silence. */
function known({ forward: kernel }: Kind, attributes: NamedAttrMap): NamedAttrMap {
  const { strides, pad, dataFormat, dimRoundingMode, dilations } = attributes;
  if (dilations !== undefined && [dilations].flat().some((dilation) => dilation !== 1)) {
    throw new EngineError(
      'unsupported-kernel',
      `\`${kernel}\` with \`dilations: ${JSON.stringify(dilations)}\` has no gradient`,
      'Use dilations of 1, with a larger filter or stride where windows must reach further.',
    );
  }
  const all = { strides, pad, dataFormat, dimRoundingMode, dilations: [1, 1] };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

function one(dy: Tensor | Tensor[]): Tensor {
  if (Array.isArray(dy)) throw new Error('a convolution has one output');
  return dy;
}

function pair([a, b]: readonly Tensor[]): readonly [Tensor, Tensor] {
  if (a === undefined || b === undefined) throw new Error('a convolution has two inputs');
  return [a, b];
}

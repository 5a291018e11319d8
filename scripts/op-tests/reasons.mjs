// Why a test of tfjs-core does not pass here. What is refused says so in its message; differences that are meant are listed by the test's name;
// for anything else there is no reason, and it is a mistake to mend.

const refusals = [
  [/has no tensors of type `(complex64|string)`/, () => 'tensors of complex numbers or text'],
  [
    /does not have the kernel `(Complex|Real|Imag|FFT|IFFT|ComplexAbs)`/,
    () => 'tensors of complex numbers or text',
  ],
  [/does not have the kernel `(\w+)`/, ([, kernel]) => `no kernel \`${kernel}\``],
  [
    /has the kernel `(\w+)`, but not for `\w+` of type `(\w+)`/,
    ([, kernel, type]) => `\`${kernel}\` not for ${type}`,
  ],
  [/has the kernel `(\w+)`, but not ([^,'|:]+)/, ([, kernel, what]) => `\`${kernel}\` not ${what}`],
  [
    /through `(\w+)`(?: with `batchDims`)?, which has none here/,
    ([, kernel]) => `no gradient of \`${kernel}\``,
  ],
];

const meant = [
  [
    /^(max|min) .*gradient.*ties/,
    'equal extremes share the gradient, as in PyTorch; tfjs gives each all of it',
  ],
  [/^mirrorPad grad/, 'the gradient counts mirrored elements; tfjs’s leaves them out, against differences'],
  [
    /^avgPool gradient .*p=explicit/,
    'the gradient divides by the elements inside, as the forward pass does; tfjs’s by all',
  ],
  [/^(argmax|argmin|maxPool) .*ignores NaNs/, 'ONNX Runtime does not pass over NaN here'],
  [/^(max|min) return NaNs/, 'ONNX Runtime’s `ReduceMax` and `ReduceMin` pass over NaN'],
  [/^tan numbers exceed float32/, 'the last digit near a pole'],
  [
    /^gather throws when index is out of bound/,
    'indices are not known until the graph runs: the error comes with the reading',
  ],
  [/no mem leak/, 'counts the tensors of all tests in the process'],
  [/^logSigmoid gradient with clones/, 'reads a tensor that was disposed'],
  [/gradients throws error on dilations > 1/, 'refused, with a message of our own'],
  [/^conv2dTranspose input=8x8x8,output=4x4x8/, 'a gradient of 8x8 for windows that are 4x4'],
];

/** On the GPU, whichever way. */
const meantOnGpus = [
  [/^topk negative infinity/, 'ONNX Runtime’s `TopK` gives the least number for minus infinity'],
];

/** On a provider of `onnx` other than the processor. */
const meantOn = {
  webgpu: [
    [/NaN|^clipByValue basic vec4|^log negtive|^logLoss .*negative/, 'WGSL leaves open what becomes of NaN'],
    [/^cos gradient/, 'WGSL allows sines an error of 2^-11'],
    [/^depthwiseConv2d gradients wrt input, stride=2/, 'refused, with a message of our own'],
  ],
};

/** The reason for a failed test, or none. */
export function reasonFor({ name, messages }, provider = 'cpu') {
  for (const message of messages) {
    for (const [pattern, say] of refusals) {
      const match = pattern.exec(message);
      if (match !== null) return say(match);
    }
  }
  return [...meant, ...(meantOn[provider] ?? []), ...(provider === 'cpu' ? [] : meantOnGpus)].find(
    ([pattern]) => pattern.test(name),
  )?.[1];
}

// The option `precision` of stages that train, and what a step is told of it.
import { word } from './option.ts';

export const precisionOption = word(
  {
    fp32: 'numbers of 32 bits throughout',
    mixed:
      'factors of products of matrices and of convolutions have 10 bits of fraction (TF32), where an NVIDIA GPU computes through CUDA; all else, and everything on other devices, is as with `fp32`',
  },
  {
    doc: 'How exactly numbers are kept while the stage computes. Without it: `fp32`. Inside `tune` all stages that train have to say `mixed`.',
  },
);

type Options = Readonly<Record<string, unknown>>;

/** Whether a step computes with mixed precision: it says so, or all stages inside it that could do. A process computes with one precision. */
export function isMixed(options: Options, inside: readonly { readonly options: Options }[] = []): boolean {
  const asked = [options, ...inside.map((stage) => stage.options)].flatMap(({ precision }) =>
    precision === undefined ? [] : [precision],
  );
  return asked.length > 0 && asked.every((one) => one === 'mixed');
}

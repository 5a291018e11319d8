// The models that come with FSL: the one place that knows their names. Knows nothing of how they compute.
import type { BuiltinModel } from './registry.ts';

export const builtins: readonly BuiltinModel[] = [
  {
    name: 'ngrams',
    capability: 'encoder',
    doc: 'Hashed word and character n-grams: no pretrained weights, always there, an honest baseline.',
    version: 'ngrams-1',
  },
  {
    name: 'pixels',
    capability: 'encoder',
    images: true,
    doc: 'The pixels of a picture as its vector: no weights, always there, the baseline that other models of pictures should beat.',
    version: 'pixels-1',
  },
];

/** The only file of a built-in model's artifact. */
export const builtinFile = 'builtin.json';

/** The contents of `builtin.json`; `version` in it makes the artifact's digest change with the numbers. */
export function builtinContents({ name, version }: Pick<BuiltinModel, 'name' | 'version'>): string {
  return `${JSON.stringify({ name, version })}\n`;
}

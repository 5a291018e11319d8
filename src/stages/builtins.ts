// The models that come with FSL: the one place that knows their names. Knows nothing of how they compute.
import { modelInPackage } from './package-folder.ts';
import type { BuiltinModel, CodeVersion } from './registry.ts';

export const builtins: readonly BuiltinModel[] = [
  {
    name: 'fsl-mini',
    capability: 'encoder',
    doc: 'A small sentence encoder for English, distilled from all-MiniLM-L6-v2: no download, it can be trained, and be asked for masked words.',
    from: { folder: () => modelInPackage('fsl-mini') },
  },
  {
    name: 'glyph-conv',
    capability: 'encoder',
    images: true,
    doc: 'A small net for pictures of letters, digits, signs and drawings, which has learnt to tell thousands of drawn glyphs apart: no download, and it can be trained.',
    from: { folder: () => modelInPackage('glyph-conv') },
  },
  {
    name: 'ngrams',
    capability: 'encoder',
    doc: 'Hashed word and character n-grams: no pretrained weights, always there, an honest baseline.',
    from: { code: 'ngrams-1' },
  },
  {
    name: 'pixels',
    capability: 'encoder',
    images: true,
    doc: 'The pixels of a picture as its vector: no weights, always there, the baseline that other models of pictures should beat.',
    from: { code: 'pixels-1' },
  },
];

/** The only file of the artifact of a built-in model that is code. */
export const builtinFile = 'builtin.json';

/** The contents of `builtin.json`; `version` in it makes the artifact's digest change with the numbers. */
export function builtinContents({ name, version }: { name: string; version: CodeVersion }): string {
  return `${JSON.stringify({ name, version })}\n`;
}

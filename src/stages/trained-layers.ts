// Which layers of an encoder are trained (`train:`), and what is wrong where it has fewer.
import type { Problem } from '../parser/diagnostic.ts';

/** As `train` is given; nothing where it is not. */
type Train =
  | { readonly name: 'all' }
  | { readonly name: 'head' }
  | { readonly name: 'layers'; readonly arguments: { readonly count: number } }
  | undefined;

/** How many of the last ones; 0 for the head alone. */
export function layersOf(train: Train): 'all' | number {
  if (train === undefined || train.name === 'all') return 'all';
  return train.name === 'head' ? 0 : train.arguments.count;
}

/** `layers`: how many the encoder has; nothing where that is not known. */
export function layersProblem(wanted: 'all' | number, layers: number | undefined) {
  if (wanted === 'all' || layers === undefined || wanted <= layers) return undefined;
  return {
    code: 'out-of-range',
    message: `the last ${wanted} layers cannot be trained: the encoder has ${layers}`,
    hint: `write \`train: layers(${layers})\` or less, or \`train: all\``,
  } as const satisfies Omit<Problem, 'span'>;
}

// What is wrong with the rows that a `meta-learn` is given, and with episodes that its net cannot do.

import { listed } from './learnt-classes.ts';

/** Four poolings leave something of a picture of this size. */
export const smallest = 16;

export const textsRefused = {
  code: 'wrong-artifact',
  message: '`meta-learn` without a `model` trains a net for pictures, and these rows are texts',
  hint: 'give it the sentence encoder to be trained: `model: "builtin:fsl-mini"`',
} as const;

/** For models without weights that can be trained. */
export const encoderStays = {
  code: 'wrong-artifact',
  message: '`meta-learn` trains the encoder, and this model has nothing that it can train',
  hint: 'give a sentence encoder such as `"builtin:fsl-mini"`, a ResNet or another model of `meta-learn`; without a `model` it trains `conv4` on pictures',
} as const;

/** For methods that a `model` cannot be trained by. */
export function onlyByVectors(method: string) {
  return {
    code: 'not-supported',
    message: `\`${method}\` adapts \`conv4\`, and a \`model\` is trained by its vectors`,
    hint: 'use `method: prototypical` or `method: matching`, or leave `model` out',
  } as const;
}

export const turnedByItself = {
  code: 'option-without-effect',
  message: '`rotations` has no meaning beside `model`: its rows are learnt from as they are',
  hint: 'remove one of the two',
} as const;

export const otherSight = {
  code: 'wrong-artifact',
  message: 'of the rows that are learnt from and those for validation, one are texts and the others pictures',
  hint: 'give both of one kind',
} as const;

export const needsClasses = {
  code: 'needs-labels',
  message: '`meta-learn` learns from classes, and these rows have no labels',
  hint: 'name the label column in `load`: `label: "…"`',
} as const;

/** `left`: others were left out. */
export function tooFewClasses(classes: number, ways: number, left = false) {
  return {
    code: 'too-few-labels',
    message: `an episode has ${ways} classes, and ${left ? `${classes} of these rows are left that the model has not learnt` : `these rows have ${classes}`}`,
    hint: 'bring more classes, or ask for fewer `ways`',
  } as const;
}

export function tooFewOf(
  name: string,
  rows: number,
  { shots, queries }: { readonly shots: number; readonly queries: number },
  what: 'rows' | 'pictures',
) {
  return {
    code: 'too-few-rows',
    message: `an episode takes ${shots + queries} ${what} of a class, and \`${name}\` has ${rows}`,
    hint: 'ask for fewer `shots` and `queries`, or leave such classes out',
  } as const;
}

export function tooSmall(height: number, width: number) {
  return {
    code: 'out-of-range',
    message: `\`conv4\` takes pictures of ${smallest} x ${smallest} pixels at least, and these have ${height} x ${width}`,
    hint: `bring them to a larger size in \`load\`: \`size: 28\``,
  } as const;
}

export function notSquare(height: number, width: number) {
  return {
    code: 'out-of-range',
    message: `only square pictures can be turned, and these have ${height} x ${width} pixels`,
    hint: 'bring them to one size in `load`: `size: 28`',
  } as const;
}

export function sharedWithValidation(shared: readonly string[], classes: number) {
  return {
    code: 'shared-classes',
    message: `${shared.length === 1 ? 'one' : String(shared.length)} of the ${classes} classes of the validation rows ${shared.length === 1 ? 'is' : 'are'} also learnt from: ${listed(shared)}`,
    hint:
      'validation shows how new classes are learnt: keep the classes apart in `load`, by files or by `where`; where other classes only have the same names, give them others ' +
      'with `label_names`',
  } as const;
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export function otherSize(own: Size, from: Size) {
  const text = ({ height, width, channels }: Size): string =>
    `${height} x ${width} pixels with ${channels} channel${channels === 1 ? '' : 's'}`;
  return {
    code: 'out-of-range',
    message: `the pictures of the validation rows have ${text(own)}, and those that are learnt from ${text(from)}`,
    hint: 'bring both to one size in `load`: `size: 28`, and `channels`',
  } as const;
}

/** Measured with episodes of another number of classes than the net adapts to. */
export function otherWays(ways: number, own: number) {
  return {
    code: 'out-of-range',
    message: `the net adapts to ${own} classes, those of an episode that it was trained on, and these episodes have ${ways}`,
    hint: `ask for \`ways: ${own}\`, train it with \`ways: ${ways}\`, or measure its vectors alone with \`method: prototype\``,
  } as const;
}

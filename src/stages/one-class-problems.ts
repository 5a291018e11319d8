// What can be wrong where a model knows normal rows alone, as it is told: to `fine-tune` with `one_class`, and to the stages that are given such a model.
import type { Problem } from '../parser/diagnostic.ts';
import type { Code } from '../parser/codes.ts';

type Told = Omit<Problem, 'span' | 'code'> & { readonly code: Code };

/** For options and inputs of `fine-tune` that go by labels, of which there is one. */
export function idleWithOneClass(option: string): Told {
  return {
    code: 'option-without-effect',
    message: `\`${option}\` has no meaning for \`one_class\`, which learns from normal rows alone and leaves the encoder as it is`,
    hint: `remove \`${option}\``,
  };
}

/** `others`: labels of the rows beside, or in the place of, the one that all should have. */
export function severalKinds(labels: readonly string[]): Told {
  const [first = ''] = labels;
  return {
    code: 'several-kinds',
    message: `\`one_class\` learns from normal rows alone, and these have the labels ${labels.map(quoted).join(', ')}`,
    hint: `say which label is the normal one, \`one_class(normal: "${first}")\`: rows of the others are then left out, or leave them out with \`where:\` in \`load\``,
  };
}

export function noNormal(normal: string, labels: readonly string[]): Told {
  return {
    code: 'unknown-label',
    message: `no row has the label ${quoted(normal)}, which \`one_class\` is to take for the normal one`,
    hint:
      labels.length === 0
        ? 'check the `label:` of `load`'
        : `the labels of these rows are ${labels.map(quoted).join(', ')}`,
  };
}

export interface Needed {
  readonly rows: number;
  /** Why it takes so many. */
  readonly why: string;
}

export function tooFewNormal(found: number, { rows, why }: Needed): Told {
  return {
    code: 'too-few-rows',
    message: `\`one_class\` ${why} takes at least ${rows} normal rows that differ, and there ${found === 1 ? 'is' : 'are'} ${found}`,
    hint: 'bring more normal rows; copies, and rows of one group, count once',
  };
}

export const promptRefused: Told = {
  code: 'not-supported',
  message: 'these rows carry a prompt, and `one_class` reads rows as they are',
  hint: 'give the rows from before the `prompt`',
};

/** For stages and options to which a model that knows normal rows alone can say nothing. */
export function needsLabelsKnown(what: string): Told {
  return {
    code: 'not-supported',
    message: `${what} goes by labels that a model has learnt to tell apart, and this one knows normal rows alone (\`one_class\`)`,
    hint: 'fit a classifier on rows of several labels',
  };
}

export function idleOfOneClass(option: string): Told {
  return {
    code: 'option-without-effect',
    message: `\`${option}\` has no meaning for a model that knows normal rows alone (\`one_class\`): it gives a distance and a verdict, and no probabilities of labels`,
    hint: `remove \`${option}\``,
  };
}

export function otherMetric(metric: string, known: readonly string[]): Told {
  return {
    code: 'unknown-word',
    message: `a model that knows normal rows alone (\`one_class\`) is not measured by \`${metric}\``,
    hint: `its metrics are ${known.map(quoted).join(', ')}`,
  };
}

/** For rows to measure on. */
export function nothingNormal(normal: string, labels: readonly string[]): Told {
  return {
    code: 'unknown-label',
    message: `no row has the label ${quoted(normal)}, which is the normal one for this model, so every row would count as anomalous`,
    hint: `the rows have ${labels.map(quoted).join(', ')}: give both the same \`label_names\`, or name the normal label with \`one_class(normal: "…")\``,
  };
}

function quoted(name: string): string {
  return `\`${name}\``;
}

// What can be wrong with `out_of_scope`: the same words before a run and during it. Pure.
import { suggest } from '../parser/suggest.ts';

/** `labels` are those of the rows, `known` those of the model. */
export function outOfScopeProblem(label: string, labels: readonly string[], known: readonly string[]) {
  if (known.includes(label))
    return {
      code: 'wrong-type',
      message: `the model knows the label \`${label}\`, so its rows are not out of scope`,
      hint: 'leave `out_of_scope` out, or leave the rows of the label out of what the model learns from',
    } as const;
  if (labels.includes(label)) return undefined;
  const near = suggest(label, labels);
  return {
    code: 'unknown-label',
    message: `no row has the label \`${label}\``,
    hint:
      near === undefined
        ? 'give the label of the rows that belong to no label of the model'
        : `did you mean \`${near}\`?`,
  } as const;
}

export function noneInside(label: string) {
  return {
    code: 'empty-data',
    message: `all rows have the label \`${label}\`, so none is left to measure labels on`,
    hint: 'bring rows of the labels that the model knows',
  } as const;
}

// What `evaluate` and `predict` are asked for that has no meaning where rows have several labels. Knows no stages.

/** By the option or input that asks for it. */
export const severalRefusals = {
  abstain: {
    code: 'not-supported',
    message: '`abstain` goes by the most probable label of a row, and these rows have lists of labels',
    hint: 'remove it: a row that no label is probable enough for is given none (`threshold` of `fine-tune`)',
  },
  out_of_scope: {
    code: 'not-supported',
    message: '`out_of_scope` is a label of rows that have no other, and these rows have lists of labels',
    hint: 'remove it: a row out of scope is one with an empty list',
  },
  calibrate_on: {
    code: 'not-supported',
    message:
      '`calibrate_on` takes the labels of a row for a choice of one, and these rows have lists of labels',
    hint: 'remove it; to choose from which probability on a label is given, use `threshold` of `fine-tune`',
  },
} as const;

// What each word of the language means where it acts, for `fslrun explain` and docs/language.md. Kinds and options are no words
// of the language: stages declare them.

export interface WordDoc {
  readonly form: string;
  readonly doc: string;
  /** A program, or a part of one. */
  readonly example: string;
}

export const declarationDocs = {
  fsl: {
    form: 'fsl 1',
    doc: 'The version of the language that the file is written in. It stands first; a file without it is taken for the newest version.',
    example: 'fsl 1',
  },
  param: {
    form: 'param NAME: TYPE = DEFAULT in RANGE_OR_LIST',
    doc: 'An input of the program: `--set NAME=VALUE`, or a line of `--params FILE.yaml`. Without a default it must be given. `in` says which values are allowed.',
    example:
      'param shots: int = 8 in 1..64\nparam mode: "fast" | "thorough" = "fast"\nparam seeds: list<int> = [13, 21, 42]',
  },
  let: {
    form: 'let NAME = EXPRESSION',
    doc: 'A constant.',
    example: 'let seeds = [13, 21, 42, 87, 100]',
  },
  import: {
    form: 'import "./other.fsl" as NAME { PARAM: VALUE … }',
    doc: 'The stages of another file as `NAME.stage`, with values for its parameters. Two imports with different values are two instances; what is equal in them is done once.',
    example: 'import "./experiment.fsl" as small { shots: 4 }',
  },
  use: {
    form: 'use "package"',
    doc: 'A package from `node_modules` that brings stage kinds.',
    example: 'use "fsl-plugin-x"',
  },
  stage: {
    form: 'KIND NAME { OPTION: EXPRESSION … }',
    doc: 'A stage: what it is, how it is called, and its options and inputs. `fslrun explain` lists the kinds.',
    example: 'load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }',
  },
  each: {
    form: 'each VARIABLE in LIST { … }',
    doc: 'One instance of the stages inside for every element. It nests: two of them make a matrix. Inside, a name means the instance with the same keys; outside, the list of all of them.',
    example:
      'each seed in [13, 21, 42] {\n  split parts { from: reviews  train: 8 per label  test: 30%  seed: seed }\n}',
  },
  when: {
    form: 'when CONDITION { … } else { … }',
    doc: 'The stages of one branch. The condition is known before anything runs; both branches may declare the same name.',
    example:
      'when thorough {\n  fine-tune model { model: "builtin:ngrams"  from: parts.train }\n} else {\n  fine-tune model { model: "builtin:ngrams"  from: parts.train  method: prototype }\n}',
  },
  defaults: {
    form: 'defaults KIND { OPTION: EXPRESSION … }',
    doc: 'Options of every stage of a kind in this file that does not give them itself.',
    example: 'defaults fine-tune { model: "builtin:ngrams"  method: prototype }',
  },
  target: {
    form: 'target NAME = [STAGE, …]',
    doc: 'A selection for the command line: `fslrun FILE NAME`. Without one, all reports and stages that write files are asked for.',
    example: 'target quick = [plain_score]',
  },
} as const satisfies Readonly<Record<string, WordDoc>>;

export const wordDocs = {
  ...declarationDocs,
  in: {
    form: 'each VARIABLE in LIST, param NAME: TYPE in RANGE_OR_LIST',
    doc: 'After `each VARIABLE`: what it goes through. After a `param`: the values that are allowed, a range or a list.',
    example: 'param shots: int = 8 in 1..64',
  },
  as: {
    form: 'import "./other.fsl" as NAME',
    doc: 'How the stages of an imported file are called here: `NAME.stage`.',
    example: 'import "./experiment.fsl" as small',
  },
  per: {
    form: 'N per label',
    doc: 'So many rows of every label, where an option takes a count. It binds loosest: `shots + 1 per label` is `(shots + 1) per label`.',
    example: 'split parts { from: reviews  train: 8 per label  test: rest }',
  },
  label: {
    form: 'N per label',
    doc: 'The second word of `per label`: so many rows of every label.',
    example: 'split parts { from: reviews  train: 8 per label  test: rest }',
  },
  sd: {
    form: 'N sd',
    doc: 'So many standard deviations, where an option takes a deviation: `rollback` of `adapt`.',
    example: 'let margin = 2 sd',
  },
  by: {
    form: 'COMPARISON by MARGIN',
    doc: 'In a requirement: the figure holds by at least this much.',
    example: 'evaluate score { model: model  on: parts.test  require: accuracy > majority by 0.1 }',
  },
  at: {
    form: 'COMPARISON at CONFIDENCE',
    doc: 'In a requirement: judged by the end of an interval with this confidence, not by the figure itself.',
    example: 'evaluate score { model: model  on: parts.test  require: accuracy >= 0.6 at 95% }',
  },
  true: { form: 'true', doc: 'A truth value. Reserved.', example: 'let thorough = true' },
  false: { form: 'false', doc: 'A truth value. Reserved.', example: 'let thorough = false' },
  null: {
    form: 'null',
    doc: 'Nothing: in a condition over columns, an empty field. Reserved.',
    example: 'load reviews { from: "reviews.csv"  text: "review"  label: "stars"  where: stars != null }',
  },
  and: { form: 'A and B', doc: 'Both hold. Reserved.', example: 'let both = 1 < 2 and 2 < 3' },
  or: { form: 'A or B', doc: 'One of them holds, or both. Reserved.', example: 'let one = 1 < 2 or 2 > 3' },
  not: { form: 'not A', doc: 'It does not hold. Reserved.', example: 'let other = not (1 < 2)' },
  if: {
    form: 'if CONDITION then A else B',
    doc: 'One of two values; the condition is known before anything runs. Binds loosest of all. Reserved.',
    example: 'let shots = if thorough then 16 else 4',
  },
  then: {
    form: 'if CONDITION then A else B',
    doc: 'Between the condition of an `if` and its first value. Reserved.',
    example: 'let shots = if thorough then 16 else 4',
  },
  else: {
    form: 'if CONDITION then A else B, when CONDITION { … } else { … }',
    doc: 'The other value of an `if`, or the other branch of a `when`. Reserved.',
    example: 'let shots = if thorough then 16 else 4',
  },
} as const satisfies Readonly<Record<string, WordDoc>>;

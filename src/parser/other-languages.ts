// What readers of HCL, Nextflow and workflow files in YAML write first, and what it is called here. For hints alone.

/** Of a word that starts what would be a declaration there. */
export function declarationAdvice(word: string): string | undefined {
  return lookUp(declarations, word);
}

/** Of an option that stages have there. */
export function optionAdvice(name: string): string | undefined {
  return lookUp(options, name);
}

/** Of what stands before the name of a value there: `var.shots`. */
export function prefixAdvice(name: string): string | undefined {
  if (name === 'each') return 'inside an `each` its variable is a name like any other: `seed`';
  return prefixes.has(name) ? `a name stands alone here: \`shots\`, not \`${name}.shots\`` : undefined;
}

const input = 'an input of the program is `param NAME: TYPE = DEFAULT`';
const constant = 'a constant is `let NAME = VALUE`';
const stage = 'a stage starts with its kind: `load reviews { … }`';
const order = 'stages need no frame around them: their order follows from what they read';
const other = 'another file is `import "./other.fsl" as NAME { param: value }`';
const loop = 'instances are `each NAME in LIST { … }` around the stages';
const condition = 'a choice is `when CONDITION { … } else { … }` around the stages';

const declarations: Readonly<Record<string, string>> = {
  variable: input,
  params: input,
  parameter: input,
  locals: constant,
  const: constant,
  def: constant,
  resource: stage,
  data: stage,
  process: stage,
  step: stage,
  stage,
  workflow: order,
  pipeline: order,
  module: other,
  include: other,
  output:
    'results are reports, shown by `fslrun show`, and files of a `to:`; `target NAME = [stage]` selects some',
  for: loop,
  foreach: loop,
  matrix: loop,
  if: condition,
};

const reads =
  'what a stage reads decides what comes first; where it reads nothing of the other, `after: [stage]`';
const resources = 'what a step takes of the machine is `resources: { cores: 4, memory: 8GB, gpu: 1 }`';

const options: Readonly<Record<string, string>> = {
  for_each: loop,
  foreach: loop,
  count: loop,
  matrix: loop,
  when: condition,
  if: condition,
  depends_on: reads,
  needs: reads,
  publishDir: 'a file is written with `to:`, where the stage has it',
  errorStrategy:
    'failed steps are tried again with `retries: 2`; `fslrun FILE --keep-going` goes on with others',
  maxRetries: 'failed steps are tried again with `retries: 2`',
  cpus: resources,
  memory: resources,
  time: 'a step is stopped after `timeout: 30m`',
};

const prefixes = new Set(['var', 'param', 'params', 'local', 'locals', 'let']);

function lookUp(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

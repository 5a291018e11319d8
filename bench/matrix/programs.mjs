// The same graph for every tool: rows, then for each seed and shots a split, and for each of twelve methods a model and a score;
// at the end one summary of all scores. Each function writes what one tool reads into a folder of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shots = [1, 2, 4, 8];
const methods = Array.from({ length: 12 }, (_, i) => (i + 1) / 10);
const stepsOfSeed = shots.length * (1 + 2 * methods.length);

/** Seeds for about as many steps; `load` and `compare` come on top. */
export function seedsFor(steps) {
  return Array.from({ length: Math.round(steps / stepsOfSeed) }, (_, i) => i + 1);
}

export function stepsOf(seeds) {
  return seeds.length * stepsOfSeed + 2;
}

export function writeFsl(folder, seeds) {
  writeRows(folder);
  writeFileSync(
    join(folder, 'matrix.fsl'),
    `fsl 1
load rows { from: "rows.csv"  text: "text"  label: "label" }
each seed in 1..${seeds.length} {
  each shots in [${shots.join(', ')}] {
    split parts { from: rows  test: 20 per label  train: shots per label  seed: seed }
    each alpha in [${methods.join(', ')}] {
      fine-tune model { model: "builtin:ngrams"  from: parts.train  method: head(kind: ridge, alpha: alpha) }
      evaluate score { model: model  on: parts.test  metrics: [accuracy, macro_f1] }
    }
  }
}
compare summary { of: score }
`,
  );
}

export function writeMake(folder, seeds) {
  writeRows(folder);
  const scores = [];
  const rules = [];
  for (const { part, models } of pairs(seeds)) {
    rules.push(`out/${part}: rows.csv\n\tsplit $< $@\n`);
    for (const model of models) {
      rules.push(`out/model-${model}: out/${part}\n\tfine-tune $< $@\n`);
      rules.push(`out/score-${model}: out/model-${model} out/${part}\n\tevaluate $^ $@\n`);
      scores.push(`out/score-${model}`);
    }
  }
  mkdirSync(join(folder, 'out'));
  writeFileSync(
    join(folder, 'Makefile'),
    `out/summary: ${scores.join(' ')}\n\tcompare out $@\n\n${rules.join('\n')}`,
  );
}

/** A package for every seed and shots, with the same tasks in each: the matrix as turbo has it. */
export function writeTurbo(folder, seeds) {
  const scripts = { split: 'split' };
  const tasks = { split: { outputs: ['parts/**'] } };
  methods.forEach((_, i) => {
    scripts[`model-${i}`] = `fine-tune ${i}`;
    scripts[`score-${i}`] = `evaluate ${i}`;
    tasks[`model-${i}`] = { dependsOn: ['split'], outputs: [`model-${i}/**`] };
    tasks[`score-${i}`] = { dependsOn: [`model-${i}`, 'split'], outputs: [`score-${i}/**`] };
  });
  tasks.summary = { dependsOn: methods.map((_, i) => `^score-${i}`), outputs: ['summary/**'] };
  writeJson(folder, 'package.json', {
    name: 'matrix',
    private: true,
    packageManager: 'npm@10.8.2',
    workspaces: ['packages/*'],
  });
  writeJson(folder, 'turbo.json', { tasks });
  const locked = {};
  const names = pairs(seeds).map(({ part }) => part);
  for (const name of [...names, 'summary']) {
    const place = join(folder, 'packages', name);
    mkdirSync(place, { recursive: true });
    const own =
      name === 'summary'
        ? {
            scripts: { summary: 'compare' },
            dependencies: Object.fromEntries(names.map((one) => [one, '*'])),
          }
        : { scripts };
    writeJson(place, 'package.json', { name, version: '1.0.0', ...own });
    if (name !== 'summary') writeFileSync(join(place, 'settings.txt'), `${name}\n`);
    locked[`packages/${name}`] = { name, version: '1.0.0', dependencies: own.dependencies };
    locked[`node_modules/${name}`] = { resolved: `packages/${name}`, link: true };
  }
  writeJson(folder, 'package-lock.json', {
    name: 'matrix',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'matrix', workspaces: ['packages/*'] }, ...locked },
  });
}

export function writeSnakemake(folder, seeds) {
  writeRows(folder);
  writeFileSync(
    join(folder, 'Snakefile'),
    `SEEDS = range(1, ${seeds.length + 1})
SHOTS = [${shots.join(', ')}]
METHODS = range(${methods.length})

rule summary:
    input: expand("out/score-{seed}-{shots}-{method}", seed=SEEDS, shots=SHOTS, method=METHODS)
    output: "out/summary"
    shell: "compare out {output}"

rule split:
    input: "rows.csv"
    output: "out/parts-{seed}-{shots}"
    shell: "split {input} {output}"

rule model:
    input: "out/parts-{seed}-{shots}"
    output: "out/model-{seed}-{shots}-{method}"
    shell: "fine-tune {input} {output}"

rule score:
    input: "out/model-{seed}-{shots}-{method}", "out/parts-{seed}-{shots}"
    output: "out/score-{seed}-{shots}-{method}"
    shell: "evaluate {input} {output}"
`,
  );
}

export function writeDvc(folder, seeds) {
  writeRows(folder);
  mkdirSync(join(folder, 'out'));
  const pair = `    matrix:\n      seed: [${seeds.join(', ')}]\n      shots: [${shots.join(', ')}]\n`;
  const triple = `${pair}      method: [${methods.map((_, i) => i).join(', ')}]\n`;
  const key = '${item.seed}-${item.shots}';
  const full = `${key}-\${item.method}`;
  const scores = pairs(seeds).flatMap(({ models }) => models.map((model) => `    - out/score-${model}\n`));
  writeFileSync(
    join(folder, 'dvc.yaml'),
    `stages:
  split:
${pair}    cmd: split rows.csv out/parts-${key}
    deps:
    - rows.csv
    outs:
    - out/parts-${key}
  model:
${triple}    cmd: fine-tune out/parts-${key} out/model-${full}
    deps:
    - out/parts-${key}
    outs:
    - out/model-${full}
  score:
${triple}    cmd: evaluate out/model-${full} out/parts-${key} out/score-${full}
    deps:
    - out/model-${full}
    - out/parts-${key}
    outs:
    - out/score-${full}
  summary:
    cmd: compare out out/summary
    deps:
${scores.join('')}    outs:
    - out/summary
`,
  );
}

/** The names of what one seed and one number of shots give. */
function pairs(seeds) {
  return seeds.flatMap((seed) =>
    shots.map((shot) => ({
      part: `parts-${seed}-${shot}`,
      models: methods.map((_, i) => `${seed}-${shot}-${i}`),
    })),
  );
}

function writeRows(folder) {
  const rows = Array.from(
    { length: 2000 },
    (_, i) => `"a customer asks about thing ${i % 97}, and ${i}",label${i % 8}`,
  );
  writeFileSync(join(folder, 'rows.csv'), `text,label\n${rows.join('\n')}\n`);
}

function writeJson(folder, name, value) {
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}

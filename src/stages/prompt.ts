// `prompt`: rows that carry how a model is asked about them. The rows stay as they are; a model that is fitted on them brings the
// prompt along.
import { Failure, type Problem } from '../parser/diagnostic.ts';
import type { StaticDataset } from './artifact.ts';
import type { Dataset } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { checkTexts } from './labelled-texts.ts';
import { cellText } from './load-columns.ts';
import { demonstrationFindings, idleOptions } from './prompt-findings.ts';
import { options, readPrompt } from './prompt-options.ts';
import { arePairs, noPairs } from './pairs.ts';
import { fillTemplate, joined } from './prompt-render.ts';
import type { PromptTemplate } from './prompt-template.ts';
import { labelTexts, staticPrompt } from './prompted.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';

export const prompt = defineStage({
  name: 'prompt',
  version: 1,
  doc:
    'Says how a model is asked about rows: a template around their texts, words for their labels, examples beside them. The rows ' +
    'stay as they are and carry the prompt; a model that is fitted on them applies it to plain rows too, when it is ' +
    'evaluated and when it predicts.',
  example: `load news { from: "news.csv"  text: "title"  label: "topic" }
split parts { from: news  train: 8 per label  test: rest }

prompt asked {
  from:           parts.train
  template:       "News: {title}"
  label_template: "This is about {label}."
}

fine-tune classifier { model: "builtin:ngrams"  from: asked }
evaluate  score      { model: classifier  on: parts.test }`,
  options,
  inputs: { from: input.required('dataset', { use: 'transform', doc: 'The rows to ask about.' }) },
  outputs: { '': { type: 'dataset', doc: 'The same rows, with the prompt.' } },
  randomness: ({ demonstrations, select }) => demonstrations !== undefined && select === 'random',

  check(context) {
    const { options: given, inputs, report, leak } = context;
    const from = inputs.dataset('from');
    const findings = [
      ...idleOptions(given, (option) => context.given(option)),
      ...demonstrationFindings(given, from),
    ];
    if (from?.prompt !== undefined) findings.push({ at: 'from', problem: promptedTwice });
    if (from?.multi_label === true) findings.push({ at: 'from', problem: severalLabels });
    if (from?.pairs === true && given.label_template !== undefined)
      findings.push({ at: 'label_template', problem: noPairs('label_template', withoutNames) });
    const labels = from?.labelled === true ? from.labels?.map(({ name }) => name) : undefined;
    const read = readPrompt(given, {
      columns: from?.columns,
      text: undefined,
      pairs: from?.pairs,
      label: from?.label_column,
      labels,
      labelled: from?.labelled,
      draw: [],
    });
    for (const { at, problem } of [...findings, ...read.findings])
      (problem.code === 'leakage' ? leak : report)(at, problem);
    const words = labels === undefined && given.verbalizer === undefined ? undefined : read.prompt.words;
    const rows = from ?? unknownRows;
    const known = { ...staticPrompt(read.prompt), words };
    // A template that cannot be read may ask for a word all the same.
    if (!known.mask && read.findings.some(({ at }) => at === 'template'))
      return { '': { ...rows, unsure: true } };
    return { '': { ...rows, prompt: known } };
  },

  async run(context) {
    const { options: given, inputs, note } = context;
    const dataset = await readDataset(inputs.from);
    checkTexts(dataset, { stage: 'prompt', at: 'from' });
    if (dataset.prompt !== undefined) throw stepFailure(promptedTwice, 'from');
    if (dataset.multiLabel) throw stepFailure(severalLabels, 'from');
    if (arePairs(dataset) && given.label_template !== undefined)
      throw stepFailure(noPairs('label_template', withoutNames), 'label_template');
    const labelled = dataset.roles.label !== undefined;
    const random = context.random('demonstrations');
    const read = readPrompt(given, {
      columns: [...dataset.columns.keys()],
      text: dataset.roles.text,
      pairs: arePairs(dataset),
      label: dataset.roles.label,
      labels: labelled ? dataset.labels : undefined,
      labelled,
      draw: [random.below(2 ** 32), random.below(2 ** 32)],
    });
    if (read.findings.length > 0)
      throw new Failure(...read.findings.flatMap(({ at, problem }) => stepFailure(problem, at).diagnostics));
    note(`the first row reads: "${firstRow(read.prompt.templates[0] ?? [], dataset)}"`);
    const own = labelTexts(read.prompt);
    if (own.length > 0)
      note(`${own.length} texts of labels, the first: "${own[0]?.text ?? ''}" (${own[0]?.label ?? ''})`);
    await writeDataset(context.output(), { ...dataset, prompt: read.prompt });
  },
});

/** The first row as the first template has it, with the mask as it is written. */
function firstRow(template: PromptTemplate, rows: Dataset): string {
  const cell = (name: string | undefined): string => cellText(rows.columns.get(name ?? '')?.[0] ?? null);
  const pieces = fillTemplate(template, { text: cell(rows.roles.text), column: cell, mask: '{mask}' });
  const characters = [...joined(pieces).replace(/\s+/g, ' ')];
  return characters.length > 160 ? `${characters.slice(0, 159).join('')}…` : characters.join('');
}

const withoutNames = 'leave it out: the name of a label is one text, and no pair';

const promptedTwice: Omit<Problem, 'span'> = {
  code: 'not-supported',
  message: 'these rows carry a prompt already',
  hint: 'say everything in one `prompt`, or give it the rows from before the first',
};

const severalLabels: Omit<Problem, 'span'> = {
  code: 'not-supported',
  message: 'these rows have lists of labels, and this version of `prompt` knows one label a row',
  hint: 'use data with one label a row',
};

const unknownRows: StaticDataset = {
  type: 'dataset',
  columns: undefined,
  rows: undefined,
  labelled: true,
  labels: undefined,
  partition: undefined,
};

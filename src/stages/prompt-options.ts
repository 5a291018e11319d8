// The options of `prompt`, and the prompt that they make for rows: the same before a run, as far as the rows are known, as during it.
import type { Problem } from '../parser/diagnostic.ts';
import type { Finding } from './load-columns.ts';
import { bool, count, list, map, string, word, type OptionValues } from './option.ts';
import {
  asksForWord,
  labelTemplateProblem,
  readPromptTemplate,
  type Columns,
  type PromptTemplate,
} from './prompt-template.ts';
import { wordsOfLabels } from './prompt-words.ts';
import type { Prompt } from './prompted.ts';

export const options = {
  template: list(string({ doc: '' }), {
    required: true,
    min: 1,
    distinct: true,
    doc:
      'How a row is put before the model: columns in braces, where `{text}` is the text of the row, and at most one `{mask}`, the ' +
      'word that a masked language model is asked for. Of several templates the vectors are averaged. A text that is too ' +
      'long is cut, the template never.',
  }),
  verbalizer: map(list(string({ doc: '' }), { min: 1, doc: '' }), {
    doc:
      'The words that stand for each label, at the `{mask}` and in `label_template`. Without it: the name of the label, ' +
      'with spaces in the place of `_`. Of rows without labels it names the labels.',
  }),
  label_template: list(string({ doc: '' }), {
    min: 1,
    distinct: true,
    doc:
      'For sentence encoders, in the place of `{mask}`: a text with `{label}`, such as `"This is about {label}."`. Every word of ' +
      'every label gives a text, which is learnt like a row of that label and costs no labelled example. Of rows without ' +
      'labels these texts are all that is learnt (zero-shot).',
  }),
  demonstrations: count({
    doc:
      'How many labelled rows of each label are shown behind every row, such as `2 per label`. They are drawn from the rows ' +
      'that the model is fitted on, and no row is its own demonstration. They are for a `{mask}`: in the vector of a ' +
      'sentence encoder what is shown drowns the row itself.',
  }),
  select: word(
    {
      random: 'drawn once, the same for all rows',
      nearest: 'for every row those whose vectors are nearest',
    },
    { default: 'random', doc: 'Which rows are demonstrations.' },
  ),
  calibrate: bool({
    default: false,
    doc:
      'For `{mask}` and `method: cloze`: scores are taken relative to those of rows without content, so that a word the ' +
      'model likes anyway gains nothing. For rows without labels: labelled ones correct that by themselves.',
  }),
} as const;

export type PromptOptions = OptionValues<typeof options>;

export interface AskedRows extends Columns {
  readonly labels: readonly string[] | undefined;
  /** `undefined` where it is not known. */
  readonly labelled: boolean | undefined;
  readonly draw: readonly number[];
}

/** The prompt that the options make, and what is wrong with it; what depends on the rows only where they are known. */
export function readPrompt(
  given: PromptOptions,
  rows: AskedRows,
): { readonly prompt: Prompt; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const templates = given.template.flatMap((written): PromptTemplate[] => {
    const template = readPromptTemplate(written, rows);
    if (template.state === 'read') return [template.parts];
    findings.push({ at: 'template', problem: template.problem });
    return [];
  });
  const masks = templates.filter(asksForWord).length;
  if (masks > 0 && masks < templates.length) findings.push({ at: 'template', problem: mixedTemplates });
  const labelTemplates = given.label_template ?? [];
  for (const written of labelTemplates) {
    const problem = labelTemplateProblem(written);
    if (problem !== undefined) findings.push({ at: 'label_template', problem });
  }
  const { words, problems } = wordsOfLabels(given.verbalizer, rows.labels);
  for (const problem of problems) findings.push({ at: 'verbalizer', problem });
  const wanted = masks > 0 || labelTemplates.length > 0;
  if (wanted && rows.labelled === false && given.verbalizer === undefined)
    findings.push({ at: 'verbalizer', problem: namelessLabels });
  const { demonstrations } = given;
  return {
    findings,
    prompt: {
      templates,
      words,
      label_templates: findings.some(({ at }) => at === 'label_template') ? [] : labelTemplates,
      demonstrations:
        demonstrations !== undefined && demonstrations !== 'rest' && 'per_label' in demonstrations
          ? { ...demonstrations, select: given.select, draw: given.select === 'random' ? rows.draw : [] }
          : null,
      calibrate: given.calibrate,
    },
  };
}

const mixedTemplates: Omit<Problem, 'span'> = {
  code: 'wrong-type',
  message: 'some templates have a `{mask}` and some have none, so they cannot be averaged',
  hint: 'give all of them a `{mask}`, or none',
};

const namelessLabels: Omit<Problem, 'span'> = {
  code: 'missing-option',
  message: 'these rows have no labels, and nothing else says what the labels are',
  hint: 'name them with their words: `verbalizer: { good: ["great"], bad: ["awful"] }`',
};

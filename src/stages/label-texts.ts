// Texts of the labels' own names, learnt beside the rows: `label_template` of `fine-tune`, and of the prompt that rows carry.
import type { Problem } from '../parser/diagnostic.ts';
import type { Dataset } from './dataset.ts';
import { methodText, type Method } from './fine-tune-method.ts';
import type { KnownRows } from './known-rows.ts';
import { either, list, string, word } from './option.ts';
import { fillLabelTemplate, labelTemplateProblem } from './prompt-template.ts';
import { labelTexts, wordsOfName } from './prompted.ts';

/** Texts with the numbers of their labels. */
export interface ExtraTexts {
  readonly texts: readonly string[];
  readonly labels: Int32Array;
}

/** What `auto` tries: one name in several phrasings says more than one phrasing several times. */
export const usualTemplates = [
  'This sentence is {label}',
  '{label}',
  'It was {label}.',
  'This is {label}.',
  'This text is about {label}.',
  'A {label} sentence.',
  'All in all, {label}.',
  'The topic is {label}.',
] as const;

/** Texts of each label, whichever number of templates: as many as there are rows where one has eight. */
const textsALabel = 8;

export const labelTemplateOption = either(
  word(
    {
      auto: 'eight phrasings, unless a cross-validation in the training rows finds that they hurt: that the held-out loss rises by more than 5 %. It says what it found. Where there are too few rows for one (fewer than eight, or one of a label), they are learnt',
      none: 'no such texts',
    },
    { doc: '' },
  ),
  list(string({ doc: '' }), { min: 1, distinct: true, doc: '' }),
  {
    doc:
      'The labels\' own names as further training texts: a text with `{label}`, such as `"This sentence is {label}"`, or several. They ' +
      'cost no labelled example. Give numbered labels names first, with `label_names` of `load`. Without it: `auto` where no ' +
      '`method` is given and it comes to `contrastive`, unless a `prompt` gave the rows such texts; else `none`.',
  },
);

export type LabelTemplates = 'auto' | 'none' | readonly string[];

/** What is wrong with the templates that a program gives; asked again of the rows themselves, which may be known only then. */
export function labelTemplateFinding(
  given: LabelTemplates | undefined,
  method: Method,
  dataset: KnownRows | undefined,
): Omit<Problem, 'span'> | undefined {
  if (given === undefined || given === 'none') return undefined;
  for (const template of given === 'auto' ? [] : given) {
    const problem = labelTemplateProblem(template);
    if (problem !== undefined) return problem;
  }
  const idle = (why: string): Omit<Problem, 'span'> => ({
    code: 'option-without-effect',
    message: `\`label_template\` changes nothing here: ${why}`,
    hint: 'remove it',
  });
  if (method.name === 'cloze') return idle('`cloze` asks the model for the words of the labels');
  if (dataset?.images === true) return idle('these rows are pictures, and names are texts');
  if (dataset?.pairs === true) return idle('these rows are pairs of texts, and a name is one');
  if (dataset?.multi_label === true)
    return idle('rows with several labels are learnt one label against the rest');
  if (dataset?.prompt?.label_texts === true)
    return idle("the rows' `prompt` has a `label_template`, whose texts are learnt already");
  if (dataset?.labelled === false)
    return idle(`\`${methodText(method)}\` has no labelled rows to put them beside`);
  return undefined;
}

/** Those of the prompt that the rows carry. */
export function promptedTexts({ prompt, labels }: Dataset): ExtraTexts {
  const own = prompt === undefined ? [] : labelTexts(prompt);
  return {
    texts: own.map(({ text }) => text),
    labels: Int32Array.from(own, ({ label }) => labels.indexOf(label)),
  };
}

/** Every template with every label's name, so often that each label has about eight texts. */
export function templateTexts(templates: readonly string[], labels: readonly string[]): ExtraTexts {
  const copies = Math.max(1, Math.round(textsALabel / templates.length));
  const all = labels.flatMap((label, number) =>
    templates.flatMap((template) => {
      const text = fillLabelTemplate(template, wordsOfName(label));
      return Array.from({ length: copies }, () => ({ text, number }));
    }),
  );
  return { texts: all.map(({ text }) => text), labels: Int32Array.from(all, ({ number }) => number) };
}

/** Whether the names of the labels say anything: numbers do not. */
export function namesSpeak(labels: readonly string[]): boolean {
  return labels.every((label) => /\p{L}{2}|\p{Script=Han}/u.test(label));
}

export const noTexts: ExtraTexts = { texts: [], labels: new Int32Array(0) };

export function joined(one: ExtraTexts, other: ExtraTexts): ExtraTexts {
  return { texts: [...one.texts, ...other.texts], labels: Int32Array.from([...one.labels, ...other.labels]) };
}

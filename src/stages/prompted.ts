// The prompt that rows carry, and models that were fitted on them: how a row is put before an encoder. Rows keep the texts they
// have; a template is filled in where they are encoded. Pure; knows no files and no models.
import { asksForWord, fillLabelTemplate, type PromptTemplate } from './prompt-template.ts';

export interface Prompt {
  /** Several are averaged. All of them have a mask, or none. */
  readonly templates: readonly PromptTemplate[];
  /** The words of each label, in label order. Empty where neither the labels are known nor words are needed. */
  readonly words: readonly (readonly [label: string, words: readonly string[]])[];
  /** As in the program: `This is about {label}.` */
  readonly label_templates: readonly string[];
  readonly demonstrations: DemonstrationChoice | null;
  /** Whether scores of words are taken relative to those without a text. */
  readonly calibrate: boolean;
}

export interface DemonstrationChoice {
  readonly per_label: number;
  readonly select: 'random' | 'nearest';
  /** Names the random stream. */
  readonly draw: readonly number[];
}

/** What is known of a prompt before anything runs. */
export interface StaticPrompt {
  readonly mask: boolean;
  /** Labels with their words; `undefined` where not known. */
  readonly words: Prompt['words'] | undefined;
  /** Whether labels are texts too, so that rows of a label are not needed. */
  readonly label_texts: boolean;
  readonly calibrate: boolean;
}

export function asksForMask({ templates }: Prompt): boolean {
  return templates.some(asksForWord);
}

export function staticPrompt(prompt: Prompt): StaticPrompt {
  return {
    mask: asksForMask(prompt),
    words: prompt.words,
    label_texts: prompt.label_templates.length > 0,
    calibrate: prompt.calibrate,
  };
}

/** Whether labels can be told apart without a row: by their texts, or by their words at the mask. */
export function needsNoRows(prompt: Pick<StaticPrompt, 'mask' | 'label_texts'> | undefined): boolean {
  return prompt !== undefined && (prompt.label_texts || prompt.mask);
}

export interface LabelText {
  readonly text: string;
  readonly label: string;
}

/** Every label template with every word of every label. */
export function labelTexts({ label_templates, words }: Prompt): readonly LabelText[] {
  return words.flatMap(([label, own]) =>
    label_templates.flatMap((template) =>
      own.map((word) => ({ text: fillLabelTemplate(template, word), label })),
    ),
  );
}

/** The name of a label as words: `card_arrival` is `card arrival`. */
export function wordsOfName(label: string): string {
  return label.replace(/_+/g, ' ').trim();
}

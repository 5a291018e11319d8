// What an encoder is given for each row of a dataset that carries a prompt: the filled templates, with demonstrations behind,
// cut to the tokens that the encoder reads.
import { apart } from '../learning/encoders/masked-place.ts';
import type { Dataset } from './dataset.ts';
import { cellText, list } from './load-columns.ts';
import { needsMaskedModel, type OpenEncoder } from './model-source.ts';
import { demonstrationsOf } from './prompt-demonstrations.ts';
import { fillTemplate, fitted, joined, type Piece } from './prompt-render.ts';
import { otherColumns, type PromptTemplate } from './prompt-template.ts';
import { asksForMask, labelTexts, type Prompt } from './prompted.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';

/** The texts of the rows, by template. */
export type Render = (rows: Dataset) => Promise<readonly (readonly string[])[]>;

/** Demonstrations are drawn from `fittedRows`. Throws `Failure`, now or later, where a row cannot be put into the prompt. */
export async function openRendering(
  encoder: Pick<OpenEncoder, 'encode'> & { readonly tokenizer?: OpenEncoder['tokenizer'] | undefined },
  prompt: Prompt,
  fittedRows: () => Promise<Dataset>,
): Promise<Render> {
  const tokenizer = await encoder.tokenizer?.();
  const mask = asksForMask(prompt) ? tokenizer?.mask?.token : '';
  if (mask === undefined) throw stepFailure(needsMaskedModel, 'model');
  const { demonstrations } = prompt;
  const shown = demonstrations === null ? undefined : await fittedRows();
  const demonstrate =
    shown && demonstrations && (await demonstrationsOf(shown, demonstrations, encoder.encode));
  const fits = (text: string): boolean =>
    tokenizer === undefined || tokenizer.length(text) <= tokenizer.maxTokens;

  return async (rows) => {
    checkRows(rows, prompt);
    const examples = await demonstrate?.(rows);
    return prompt.templates.map((template) =>
      Array.from({ length: rows.rows }, (_, row) => {
        const behind = (examples?.[row] ?? []).flatMap((example) =>
          shown === undefined ? [] : examplePieces(template, prompt, { rows: shown, row: example }, mask),
        );
        const pieces = [...rowPieces(template, { rows, row }, mask, mask), ...behind];
        const text = fitted(pieces, fits);
        if (text === undefined) throw stepFailure(tooLong(pieces, tokenizer?.maxTokens ?? 0));
        return text;
      }),
    );
  };
}

interface Place {
  readonly rows: Dataset;
  readonly row: number;
}

/** `filled` stands in the place of the mask. A value that holds the mask's own spelling no longer is one. */
function rowPieces(
  template: PromptTemplate,
  { rows, row }: Place,
  mask: string,
  filled: string,
): readonly Piece[] {
  const value = (text: string): string => (mask === '' ? text : text.replaceAll(mask, apart(mask)));
  return fillTemplate(template, {
    text: value(cellText(rows.columns.get(rows.roles.text ?? '')?.[row] ?? null)),
    column: (name) => value(cellText(rows.columns.get(name)?.[row] ?? null)),
    mask: filled,
  });
}

/** A row with its label: its word in the place of the mask, or its text behind the row. */
function examplePieces(
  template: PromptTemplate,
  prompt: Prompt,
  place: Place,
  mask: string,
): readonly Piece[] {
  const { rows, row } = place;
  const label = String(rows.columns.get(rows.roles.label ?? '')?.[row]);
  const [word = ''] = prompt.words.find(([name]) => name === label)?.[1] ?? [];
  const space = { text: ' ', value: false };
  const pieces = [space, ...rowPieces(template, place, mask, word)];
  if (asksForMask(prompt)) return pieces;
  const [own] = labelTexts({ ...prompt, words: [[label, [word]]] });
  return own === undefined ? pieces : [...pieces, space, { text: own.text, value: false }];
}

function checkRows(rows: Dataset, { templates }: Prompt): void {
  const missing = otherColumns(templates).find((name) => !rows.columns.has(name));
  if (missing !== undefined)
    throw stepFailure({
      code: 'unknown-column',
      message: `the template of the prompt reads the column \`${missing}\`, which these rows do not have`,
      hint: `their columns are ${list([...rows.columns.keys()])}`,
    });
  if (hasMixedRows(rows))
    throw stepFailure({
      code: 'not-supported',
      message: 'the rows were mixed by `mixup`, so there is no one text to put into the template',
      hint: 'leave `mixup` out of `augment`, or leave out the `prompt`',
    });
}

function tooLong(pieces: readonly Piece[], tokens: number) {
  const template = [...joined(pieces.filter(({ value }) => !value)).trim()];
  const shown = template.length > 80 ? `${template.slice(0, 80).join('')}…` : template.join('');
  return {
    code: 'out-of-range',
    message: `the template alone does not fit into the ${tokens} tokens that the model reads: "${shown}"`,
    hint: 'shorten it, show fewer demonstrations, or raise `max_length`',
  } as const;
}

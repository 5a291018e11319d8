// What a model is fitted on where rows carry a prompt: their labels may be texts, or words, so that rows of a label are not needed.
import { select, withColumn, type Dataset } from './dataset.ts';
import type { Problem } from '../parser/diagnostic.ts';
import { methodText, trainsEncoder, type Method } from './fine-tune-method.ts';
import type { ExtraTexts } from './label-texts.ts';
import type { OpenEncoder } from './model-source.ts';
import { needsNoRows, staticPrompt, type StaticPrompt } from './prompted.ts';
import type { TrainingRows } from './training-rows.ts';

/**
 * The rows that are learnt from: none of rows without labels whose prompt can tell labels apart by itself. Those are then the
 * labels of the prompt.
 */
export function learnable(dataset: Dataset): Dataset {
  const { prompt, roles } = dataset;
  if (roles.label !== undefined || prompt === undefined || !needsNoRows(staticPrompt(prompt))) return dataset;
  const none = withColumn(select(dataset, []), 'label', []);
  return { ...none, roles: { ...roles, label: 'label' }, labels: prompt.words.map(([label]) => label) };
}

interface Rows {
  readonly labelled: boolean;
  /** Whether they are pairs of texts, whose prompt names both columns. */
  readonly pairs?: boolean | undefined;
}

/** What is wrong with fitting by this method on rows that carry, or do not carry, a prompt. */
export function promptProblem(
  method: Method,
  prompt: StaticPrompt | undefined,
  { labelled, pairs }: Rows,
): Omit<Problem, 'span'> | undefined {
  if (method.name === 'cloze' && prompt?.mask !== true)
    return {
      code: 'wrong-artifact',
      message:
        '`cloze` asks a masked language model for a word, and these rows carry no prompt with a `{mask}`',
      hint: `put a \`prompt\` before it: \`prompt asked { from: …  template: "${pairs === true ? '{premise} {mask}, {hypothesis}' : '{text} It was {mask}.'}"  verbalizer: { … } }\`${pairs === true ? ', with the columns of the two texts' : ''}`,
    };
  if (trainsEncoder(method) && prompt?.mask === true)
    return {
      code: 'wrong-artifact',
      message: `\`${methodText(method)}\` trains an encoder on texts, and these rows carry a prompt that asks for a word`,
      hint: 'leave `{mask}` out of the template, or use `method: cloze`',
    };
  if (trainsEncoder(method) && !labelled)
    return {
      code: 'needs-labels',
      message: `\`${methodText(method)}\` learns from labelled texts, and these rows have no labels`,
      hint: 'give labelled rows, or use `method: head` or `prototype`, for which the texts of the labels are enough',
    };
  if (method.name !== 'cloze' && !labelled && prompt?.mask === true)
    return {
      code: 'needs-labels',
      message: `\`${methodText(method)}\` learns from labels, and these rows have none`,
      hint: 'use `method: cloze`, which asks for the words of the labels, or give labelled rows',
    };
  return undefined;
}

/** A prompt that wants something of the model that the method does not do. */
export function idlePrompt(
  method: Method,
  prompt: StaticPrompt | undefined,
  /** Whether the labels of rows are learnt to the end: a fit that ends early may keep the scores as they were. */
  learns: boolean,
): Omit<Problem, 'span'> | undefined {
  if (prompt?.calibrate !== true) return undefined;
  if (method.name === 'cloze')
    return learns
      ? {
          code: 'option-without-effect',
          severity: 'warning',
          message:
            'the prompt has `calibrate: true`, which changes nothing where labelled rows are learnt from: they correct the score of ' +
            'each label anyway',
          hint: 'leave `calibrate` out of `prompt`; it is for rows without labels',
        }
      : undefined;
  return {
    code: 'option-without-effect',
    severity: 'warning',
    message: `the prompt has \`calibrate: true\`, which \`${methodText(method)}\` makes no use of: it corrects the scores of words`,
    hint: 'use `method: cloze`, or leave `calibrate` out of `prompt`',
  };
}

/** The rows, and further texts behind them. */
export async function withExtraTexts(
  rows: TrainingRows,
  extra: ExtraTexts,
  labels: number,
  encode: OpenEncoder['encode'],
): Promise<TrainingRows> {
  if (extra.texts.length === 0) return rows;
  const [{ stacked }, { withLabels }] = await Promise.all([
    import('../learning/matrix.ts'),
    import('../learning/targets.ts'),
  ]);
  const added = await encode(extra.texts, () => undefined);
  return {
    vectors: stacked(rows.vectors, added),
    targets: withLabels(rows.targets, labels, extra.labels),
  };
}

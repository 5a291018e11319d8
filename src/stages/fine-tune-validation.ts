// The validation rows of `fine-tune`: what is known of them before anything runs, and how they are read. Chooses nothing.
import type { Artifact, StaticDataset } from './artifact.ts';
import { consumedRows, identities } from './consumed-rows.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import {
  choosesStrength,
  methodText,
  takesEarlyStopping,
  trainsEncoder,
  type Method,
} from './fine-tune-method.ts';
import type { ValidationRows } from './fine-tune-selection.ts';
import { checkLabelledTexts, severalLabels } from './labelled-texts.ts';
import { call, either, int, record } from './option.ts';
import type { EncodeRows } from './row-encoder.ts';
import type { CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';

const patience = int({
  min: 1,
  default: 3,
  doc: 'How many times in a row the loss on `validation` may fail to fall below its lowest.',
});

const every = int({
  min: 1,
  doc: 'Where the encoder is trained: steps between two measurements. Without it: a tenth of the steps.',
});

/** `early_stopping: { patience: 3 }`, or the same as a call. */
export const earlyStoppingOption = either(
  call(
    {
      none: { doc: 'The fit goes on until it is done.', arguments: {} },
      early_stopping: {
        doc:
          'The fit is stopped, and the iteration kept that had the lowest loss on `validation`. Where the encoder is trained, it is ' +
          'measured every so many steps, before the first and after the last too, by its loss at the temperature that suits it best.',
        arguments: { patience, every },
      },
    },
    { doc: '' },
  ),
  record({ patience, every }, { doc: '' }),
  {
    default: { name: 'none', arguments: {} },
    doc:
      'Whether the fit ends when the loss on `validation` no longer falls. For `head(kind: logistic)`, `head(kind: linear)`, `cloze`, and the methods that ' +
      'train the encoder.',
  },
);

export type EarlyStoppingValue = NonNullable<(typeof earlyStoppingOption)['type']>;

/** Iterations without a lower loss after which the fit is stopped; nothing where it never is. */
export function patienceOf(value: EarlyStoppingValue): number | undefined {
  if (!('name' in value)) return value.patience ?? (patience.fallback as number);
  return value.name === 'none' ? undefined : value.arguments.patience;
}

/** Steps between two measurements of a training of so many. */
export function intervalOf(value: EarlyStoppingValue, steps: number): number {
  return givenInterval(value) ?? Math.max(1, Math.round(steps / 10));
}

function givenInterval(value: EarlyStoppingValue): number | undefined {
  if (!('name' in value)) return value.every;
  return value.name === 'none' ? undefined : value.arguments.every;
}

interface Asked {
  readonly method: Method;
  readonly early_stopping: EarlyStoppingValue;
}

/** What is wrong with the validation rows, or with options that need them. */
export function checkValidation(
  { method, early_stopping }: Asked,
  { inputs, given, report }: Pick<CheckContext<never>, 'inputs' | 'given' | 'report'>,
): void {
  const stops = patienceOf(early_stopping) !== undefined;
  if (stops && !takesEarlyStopping(method))
    report('early_stopping', {
      code: 'option-without-effect',
      message: `\`early_stopping\` has no meaning for \`${methodText(method)}\`, which is fitted in one step`,
      hint: 'remove it, or use `head(kind: logistic)`',
    });
  else if (givenInterval(early_stopping) !== undefined && !trainsEncoder(method))
    report('early_stopping', {
      code: 'option-without-effect',
      message: `\`every\` changes nothing here: \`${methodText(method)}\` is measured after every iteration of its fit`,
      hint: 'remove `every`',
    });
  const needs = stops ? 'early_stopping' : choosesStrength(method) ? 'c: auto' : undefined;
  if (needs !== undefined && !given('validation'))
    report(stops ? 'early_stopping' : 'method', {
      code: 'missing-option',
      message: `\`${needs}\` goes by the loss on validation rows, and there are none`,
      hint: 'draw them in `split` (`validation: 8 per label`) and give them: `validation: parts.validation`',
    });
  const rows = inputs.dataset('validation');
  if (rows === undefined) return;
  const from = inputs.dataset('from');
  if (!rows.labelled)
    report('validation', {
      code: 'needs-labels',
      message: '`fine-tune` compares with the labels of validation rows, and these have none',
      hint: 'use a labelled part, such as `.validation`',
    });
  else if (rows.multi_label === true) report('validation', severalLabels('fine-tune'));
  else {
    const unknown = unknownNames(rows, from);
    if (unknown.length > 0) report('validation', unknownLabels(unknown));
  }
}

/** Throws `Failure` where the rows cannot be measured on; notes where they are learnt too. */
export async function readValidation(
  artifact: Artifact,
  training: Dataset,
  note: (message: string) => void,
): Promise<Dataset> {
  const rows = await readDataset(artifact);
  checkLabelledTexts(rows, {
    stage: 'fine-tune',
    does: 'compares with the labels of validation rows',
    at: 'validation',
  });
  if (hasMixedRows(rows))
    throw stepFailure(
      {
        code: 'not-supported',
        message: 'the validation rows were mixed by `mixup`: they are made to learn from, not to measure on',
        hint: 'use rows that were not augmented',
      },
      'validation',
    );
  const unknown = rows.labels.filter(
    (label, i) => !training.labels.includes(label) && labelIndices(rows).includes(i),
  );
  if (unknown.length > 0) throw stepFailure(unknownLabels(unknown), 'validation');
  const shared = await sharedRows(rows, training);
  if (shared > 0) note(`${shared} of the ${rows.rows} validation rows have a text that is also learnt`);
  return rows;
}

/** How many of the rows have a text that is also learnt, itself or in a copy. */
async function sharedRows(rows: Dataset, training: Dataset): Promise<number> {
  const { rows: consumed } = await consumedRows(training, 'fitted');
  const learnt = new Set(consumed.map(({ identity }) => identity));
  return (await identities(rows)).filter((identity) => learnt.has(identity)).length;
}

/** The rows as vectors, with their labels as numbers of the training rows' labels. */
export async function validationRows(
  rows: Dataset,
  labels: readonly string[],
  encode: EncodeRows,
): Promise<ValidationRows> {
  const numbers = rows.labels.map((label) => labels.indexOf(label));
  return {
    vectors: await encode(rows),
    truth: labelIndices(rows).map((label) => numbers[label] ?? -1),
  };
}

function unknownNames(rows: StaticDataset, from: StaticDataset | undefined): readonly string[] {
  const known = from?.labelled === true ? from.labels?.map(({ name }) => name) : undefined;
  if (known === undefined) return [];
  return (rows.labels ?? []).flatMap(({ name, rows: count }) =>
    count !== undefined && count > 0 && !known.includes(name) ? [name] : [],
  );
}

function unknownLabels(unknown: readonly string[]) {
  const names = unknown.map((name) => `\`${name}\``).join(', ');
  return {
    code: 'unknown-label',
    message: `the validation rows have the label${unknown.length > 1 ? 's' : ''} ${names}, which no training row has`,
    hint: 'draw both from the same rows with `split`',
  } as const;
}

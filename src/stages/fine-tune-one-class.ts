// `fine-tune` by `one_class`: normal rows alone, the distance of others from them, and a threshold. Knows the same inputs and options as `fine-tune`, of which
// it refuses those that have no meaning here.
import type { Artifact, StaticModel } from './artifact.ts';
import { baseOf, saveClassifier } from './classifier.ts';
import { uniteConsumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import { noteUnreadTexts } from './unread-texts.ts';
import type { Dataset } from './dataset.ts';
import type { Method } from './fine-tune-method.ts';
import { mixedRowsRefused } from './fine-tune-problems.ts';
import { sightProblem } from './image-source.ts';
import { checkTexts, severalLabels } from './labelled-texts.ts';
import { openEncoder } from './model-source.ts';
import { fitNormal } from './one-class-fit.ts';
import { idleWithOneClass, promptRefused } from './one-class-problems.ts';
import { knownNormal, labelsOf, normalRows, type NormalRows } from './one-class-rows.ts';
import { thresholdNote } from './one-class-threshold.ts';
import { noPairs, refusePairs } from './pairs.ts';
import { plainRows } from './row-encoder.ts';
import type { CheckContext, RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows, mixedColumns } from './training-rows.ts';

export type OneClassMethod = Extract<Method, { readonly name: 'one_class' }>;

/** What a model keeps of how it was made, beside its head. */
export interface OneClassRecord {
  /** The label of normal rows. */
  readonly normal: string;
  /** Normal rows that it was fitted on, and how many of them stand alone. */
  readonly rows: number;
  readonly units: number;
  /** Share of normal rows that the threshold was to be within, and whether there were enough rows for that. */
  readonly quantile: number;
  readonly reached: boolean;
}

const withoutMeaning = [
  'pairs',
  'class_weights',
  'early_stopping',
  'label_template',
  'threshold',
  'validation',
  'unlabelled',
] as const;

/** Reports what is wrong, and tells what the model will be. */
export function checkOneClass(
  method: OneClassMethod,
  { given, inputs, report }: Pick<CheckContext<never>, 'given' | 'inputs' | 'report'>,
): StaticModel {
  const dataset = inputs.dataset('from');
  const model = inputs.model('model');
  for (const option of withoutMeaning) if (given(option)) report(option, idleWithOneClass(option));
  for (const argument of idleArguments(method))
    report('method', {
      code: 'option-without-effect',
      severity: 'warning',
      message: `\`${argument}\` changes nothing here: it belongs to \`one_class(distance: mahalanobis)\``,
      hint: `remove \`${argument}\``,
    });
  if (dataset?.multi_label === true) report('from', severalLabels('one_class'));
  if (dataset?.prompt !== undefined) report('from', promptRefused);
  if (dataset?.pairs === true) report('from', noPairs('one_class'));
  if (dataset?.partition === 'unlabelled') report('from', unlabelledPart);
  if (dataset?.columns?.includes(mixedColumns.text) === true) report('method', mixedRowsRefused(method));
  const sight = sightProblem(dataset, model);
  if (sight !== undefined) report('model', sight);
  const { normal, problem } =
    dataset?.multi_label === true ? { normal: undefined } : knownNormal(dataset, method.arguments.normal);
  if (problem !== undefined && dataset?.pairs !== true) report(...problem);
  return {
    type: 'model',
    capability: 'classifier',
    labels: normal === undefined ? undefined : labelsOf(normal),
    one_class: true,
    multi_label: false,
    ...(model?.learnt !== undefined && { learnt: model.learnt }),
    trainable: model?.trainable,
    images: model?.images,
  };
}

function idleArguments({ arguments: { distance, shrinkage } }: OneClassMethod): readonly string[] {
  return distance !== 'mahalanobis' && shrinkage !== 'oas' ? ['shrinkage'] : [];
}

type Context = Omit<RunContext<never, never>, 'options' | 'inputs'> & {
  readonly options: { readonly max_length?: number | undefined };
  readonly inputs: { readonly model: Artifact };
};

export async function fineTuneOneClass(
  context: Context,
  method: OneClassMethod,
  dataset: Dataset,
): Promise<void> {
  const { options, inputs, signal, note } = context;
  checkTexts(dataset, { stage: 'fine-tune', at: 'from' });
  if (dataset.multiLabel) throw stepFailure(severalLabels('one_class'), 'from');
  if (dataset.prompt !== undefined) throw stepFailure(promptRefused, 'from');
  refusePairs(dataset, 'one_class', 'from');
  if (hasMixedRows(dataset)) throw stepFailure(mixedRowsRefused(method), 'method');
  const known = normalRows(dataset, method.arguments.normal);
  for (const text of otherNotes(known)) note(text);
  const { rows, normal } = known;
  const settings = { maxLength: options.max_length };
  const encoder = await openEncoder(inputs.model, context, settings);
  try {
    await noteUnreadTexts(encoder, rows, note);
    const vectors = await plainRows(encoder)(rows);
    const found = await fitNormal(rows, vectors, method.arguments, signal);
    if (found.state === 'too few') throw stepFailure(found.problem, 'from');
    const { fit, units } = found;
    const { quantile } = method.arguments;
    note(thresholdNote(Number(fit.head.settings['threshold']), { quantile, units, reached: fit.reached }));
    const consumed = [await readConsumed(inputs.model), await consumedRows(rows, 'fitted')];
    await saveClassifier(context.output(), {
      labels: labelsOf(normal),
      method,
      classWeights: 'none',
      maxLength: options.max_length,
      head: fit.head,
      oneClass: { normal, rows: rows.rows, units, quantile, reached: fit.reached },
      encoder: encoder.files,
      base: baseOf(inputs.model),
      support: rows,
      consumed: uniteConsumed(...consumed),
    });
  } finally {
    await encoder.dispose();
  }
}

function otherNotes({ others, normal }: NormalRows): readonly string[] {
  if (others.length === 0) return [];
  const counts = others.map(({ name, rows }) => `${rows} of \`${name}\``).join(', ');
  return [`rows of other labels than \`${normal}\` are not learnt from: ${counts}`];
}

const unlabelledPart = {
  code: 'needs-labels',
  message: '`one_class` learns from normal rows alone, and an unlabelled part may have rows of any kind',
  hint: 'use a labelled part, such as `.train`',
} as const;

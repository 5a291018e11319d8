// What is wrong with an `adapt`: before anything runs, and what only the rows and the model can show.
import type { Classifier } from './classifier.ts';
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { imageModelKind } from './image-model.ts';
import { sightProblem } from './image-source.ts';
import type { ImageShape } from './images.ts';
import { methodOf, type UpdateMethod } from './adapt-options.ts';
import type { Dataset } from './dataset.ts';
import { checkLabelledTexts, severalLabels } from './labelled-texts.ts';
import { pairProblem } from './pairs.ts';
import { checkAsFitted } from './row-encoder.ts';
import { asksForMask } from './prompted.ts';
import { needsLabelsKnown } from './one-class-problems.ts';
import { rowsFileProblem } from './rows-file.ts';
import type { CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';
import type { Count } from './value.ts';

interface Asked {
  readonly update: UpdateMethod;
  readonly replay: 'all' | Count;
  readonly curve_to: string | undefined;
  readonly decisions_to: string | undefined;
}

export function checkAdaptation(
  options: Asked,
  { inputs, given, report }: Pick<CheckContext<never>, 'inputs' | 'given' | 'report'>,
): void {
  const { update, replay } = options;
  const model = inputs.model('model');
  if (update.name === 'full' && model?.trainable === false) report('update', untrainable(model.images));
  else if (update.name === 'full' && model?.apart === true) report('model', readsApart);
  if (replay !== 'all' && (typeof replay !== 'object' || !('per_label' in replay)))
    report('replay', {
      code: 'out-of-range',
      message: '`replay` remembers all rows, or so many of each label',
      hint: 'write `all`, or `20 per label`',
    });
  else if (replay !== 'all' && update.name !== 'head' && update.name !== 'full')
    report('replay', {
      code: 'option-without-effect',
      message: `\`update: ${update.name}\` keeps what it needs of every row, and remembers none`,
      hint: 'remove `replay`, or use `update: head` or `update: full`',
    });
  if (given('rollback') && !given('canary'))
    report('rollback', {
      code: 'option-without-effect',
      message: '`rollback` compares accuracies on canary rows, and there are none',
      hint: 'give labelled rows that nothing is learnt from: `canary: parts.validation`',
    });
  for (const name of ['from', 'canary'] as const) {
    const dataset = inputs.dataset(name);
    if (dataset?.labelled === false)
      report(name, {
        code: 'needs-labels',
        message:
          name === 'from'
            ? '`adapt` learns from the labels of the stream, and these rows have none'
            : '`canary` compares what the model says with labels, and these rows have none',
        hint: 'name the label column in `load`: `label: "…"`, or use a labelled part',
      });
    else if (dataset?.multi_label === true) report(name, severalLabels('adapt'));
    const unpaired = pairProblem(dataset, model);
    if (unpaired !== undefined) report(name, unpaired);
    const sight = sightProblem(dataset, model);
    if (sight !== undefined) report(name, sight);
  }
  if (model?.multi_label === true) report('model', severalModel);
  if (model?.one_class === true) report('model', needsLabelsKnown('`adapt`'));
  for (const name of ['curve_to', 'decisions_to'] as const) {
    const problem = rowsFileProblem('adapt', options[name]);
    if (problem !== undefined) report(name, problem);
  }
}

/** Throws `Failure` where the encoder has nothing to train. */
export async function checkTrainable(files: Artifact): Promise<void> {
  const kind = await imageModelKind(files);
  if (
    kind === undefined ? files.names.includes(builtinFile) : kind.name === 'pixels' || kind.name === 'layers'
  )
    throw stepFailure(untrainable(kind !== undefined), 'update');
}

/** Throws `Failure` where pictures of the stream have not the size of those that the model was fitted on: they are kept together. */
export function checkSize(rows: Dataset, support: Dataset, at: 'from' | 'canary'): void {
  const [own, its] = [rows.images, support.images];
  if (own === undefined || its === undefined || sizeText(own) === sizeText(its)) return;
  throw stepFailure(
    {
      code: 'not-supported',
      message: `these pictures are ${sizeText(own)}, and those that the model was fitted on ${sizeText(its)}`,
      hint: 'load both with one `size` and one `channels`',
    },
    at,
  );
}

function sizeText({ height, width, channels }: ImageShape): string {
  return `${width} x ${height} ${channels === 1 ? 'grey' : 'in colour'}`;
}

/** Throws `Failure` where rows cannot be learnt from, or judged by. */
export function checkStream(rows: Dataset, { description }: Classifier, at: 'from' | 'canary'): void {
  const does = at === 'from' ? 'learns from labels' : 'compares what the model says with labels';
  checkLabelledTexts(rows, { stage: 'adapt', does, at });
  if (hasMixedRows(rows)) throw stepFailure(mixedRefused('these rows were'), at);
  checkAsFitted(rows, description, at);
}

/** Throws `Failure` where the training rows of the model are not all that it was made from. */
export function checkModel({ description }: Classifier, support: Dataset, update: UpdateMethod): void {
  const { method, prompt, threshold } = description;
  if (threshold !== undefined) throw stepFailure(severalModel, 'model');
  if (description.one_class !== undefined) throw stepFailure(needsLabelsKnown('`adapt`'), 'model');
  if (method.name === 'distill')
    throw refused(
      'the model is a student: what its teacher taught it is not in labelled rows, so that they cannot be learnt on top of it',
      'adapt its teacher, and distill that one again',
    );
  if (support.roles.label === undefined || support.rows === 0)
    throw refused(
      'the model has no labelled training rows to start from: it answers by the words of its prompt',
      'use a model that was fitted on labelled rows',
    );
  if (prompt !== undefined && (prompt.label_templates.length > 0 || prompt.demonstrations !== null))
    throw refused(
      'the prompt of the model makes texts of labels or shows demonstrations, which rows of a stream would change',
      'use a model whose rows were prompted with a `template` and nothing else, or not at all',
    );
  if (hasMixedRows(support)) throw stepFailure(mixedRefused('the training rows of the model were'), 'model');
  if (update.name === 'full' && prompt !== undefined && (prompt.templates.length > 1 || asksForMask(prompt)))
    throw refused(
      'the prompt of the model reads a row by several templates, or asks for a word, and `update: full` trains the encoder on one text a row',
      'use another update, or a model whose rows were prompted with one `template`',
    );
  if (update.name === 'full' && prompt === undefined && description.pairs === 'apart')
    throw stepFailure(readsApart, 'model');
  if (update.name === 'head' && methodOf(description) === undefined)
    throw refused(
      'the head of the model starts from the words of its prompt and cannot be fitted again on rows alone',
      'use `update: ridge` or `update: prototypes`',
    );
}

function refused(message: string, hint: string): Error {
  return stepFailure({ code: 'not-supported', message, hint }, 'model');
}

function mixedRefused(which: string) {
  return {
    code: 'not-supported',
    message: `${which} mixed by \`mixup\`, and a row of a stream has one label`,
    hint: 'leave `mixup` out of `augment`',
  } as const;
}

/** For encoders without weights that can be trained. */
export function untrainable(images: boolean | undefined) {
  return {
    code: 'wrong-artifact',
    message: '`update: full` trains the encoder, and that of this model has nothing that it can train',
    hint:
      images === true
        ? 'use `ridge`, `prototypes` or `head`, or a model on the net of a `meta-learn` or a ResNet in safetensors'
        : 'use `ridge`, `prototypes` or `head`, or a model on a folder, such as `"./all-MiniLM-L6-v2"`',
  } as const;
}

const readsApart = {
  code: 'not-supported',
  message: 'the model reads the texts of a pair apart, and `update: full` trains the encoder on both in one',
  hint: 'use another update, or a model that reads them together: `fine-tune … pairs: together`',
} as const;

const severalModel = {
  code: 'not-supported',
  message: 'the model gives a text any number of labels, and this version of `adapt` knows one label a row',
  hint: 'use a model that was fitted on rows with one label each',
} as const;

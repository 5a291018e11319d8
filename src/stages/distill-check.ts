// What is wrong with a `distill` before anything runs.
import { unknownLabelProblem } from './classifier-labels.ts';
import {
  matchOf,
  trainedPart,
  trainingOfStudents,
  type DistillOptions,
  type Match,
  type Situation,
} from './distill-options.ts';
import { differentLabels, sameLabels } from './distill-teachers.ts';
import {
  attentionAlone,
  headOfNone,
  layerlessTeacher,
  maskRefused,
  needsLabels,
  promptRefused,
  severalLayers,
  severalTeacher,
  untrainableStudent,
  wordlessTeacher,
} from './distill-problems.ts';
import { severalLabels } from './labelled-texts.ts';
import { needsLabelsKnown } from './one-class-problems.ts';
import { pairProblem } from './pairs.ts';
import type { CheckContext, Statics } from './stage.ts';
import { layersOf, layersProblem } from './trained-layers.ts';
import { epochsBesideSteps } from './trained-methods.ts';

type Context = Pick<CheckContext<never>, 'inputs' | 'given' | 'report'>;

/** As far as it is known; what is not counts as a classifier. */
export function situationOf(inputs: Pick<Statics, 'many' | 'model'>): Situation {
  return {
    classifiers: inputs
      .many('teacher')
      .every(({ static: known }) => known.type !== 'model' || known.capability === 'classifier'),
    made: inputs.model('student')?.made === true,
  };
}

export function checkDistillation(options: DistillOptions, context: Context): void {
  const { inputs, report } = context;
  const situation = situationOf(inputs);
  const match = matchOf(options, situation);
  const part = trainedPart(options, situation);
  checkTeachers(match, situation, context);
  if (part === 'head') checkFrozen(match, situation, context);
  else checkTrained(options, match, context);
  if (match.includes('logits')) checkLabels(options, context);
  else checkUnlabelled(context);
  if (inputs.dataset('from')?.prompt?.label_texts === true) report('from', promptRefused);
  const unpaired = inputs
    .many('teacher')
    .map(({ static: known }) =>
      known.type === 'model' ? pairProblem(inputs.dataset('from'), known) : undefined,
    )
    .find((problem) => problem !== undefined);
  if (unpaired !== undefined) report('from', unpaired);
}

function checkTeachers(
  match: readonly Match[],
  { classifiers }: Situation,
  { inputs, report }: Context,
): void {
  const known = inputs
    .many('teacher')
    .flatMap(({ name, static: model }) => (model.type === 'model' ? [{ name, model }] : []));
  if (match.includes('logits') && !classifiers) {
    const encoder = known.find(({ model }) => model.capability !== 'classifier');
    report('teacher', needsLabels(encoder?.name ?? ''));
  }
  if (match.includes('logits') && known.some(({ model }) => model.multi_label === true))
    report('teacher', severalTeacher);
  if (match.includes('logits') && known.some(({ model }) => model.one_class === true))
    report('teacher', needsLabelsKnown('`distill`'));
  const named = known.flatMap(({ name, model }) =>
    model.labels === undefined ? [] : [[name, model.labels] as const],
  );
  const [first] = named;
  const stranger = named.find(([, labels]) => first !== undefined && !sameLabels(labels, first[1]));
  if (match.includes('logits') && first !== undefined && stranger !== undefined)
    report('teacher', differentLabels(first, stranger));
  const layered = match.find((what) => what === 'hidden' || what === 'attention');
  if (layered === undefined) return;
  if (inputs.many('teacher').length > 1) report('match', severalLayers(layered));
  else if (known[0]?.model.trainable === false) report('teacher', layerlessTeacher(layered));
}

/** Only a head is fitted: where nothing else is asked for, or with `train: head`. */
function checkFrozen(match: readonly Match[], { made }: Situation, { given, report }: Context): void {
  if (made) report('train', headOfNone);
  const more = match.find((what) => what !== 'logits');
  if (!made && more !== undefined)
    report('match', {
      code: 'option-without-effect',
      message: `\`match: ${more}\` trains the encoder of the student, and with \`train: head\` it stays as it is`,
      hint: `remove \`train\`, or leave \`${more}\` out of \`match\``,
    });
  if (made || more !== undefined) return;
  for (const name of Object.keys(trainingOfStudents))
    if (name !== 'train' && given(name))
      report(name, {
        code: 'option-without-effect',
        message: `\`${name}\` changes nothing here: only a head is fitted, and the encoder of the student stays as it is`,
        hint: `remove \`${name}\`, or \`train: head\``,
      });
}

function checkTrained(
  options: DistillOptions,
  match: readonly Match[],
  { inputs, given, report }: Context,
): void {
  const student = inputs.model('student');
  if (student?.trainable === false) report('student', untrainableStudent);
  const layers = layersProblem(layersOf(options.train), student?.layers);
  if (layers !== undefined) report('train', layers);
  const first = inputs.many('teacher')[0]?.static;
  if (student?.made === true && first?.type === 'model' && first.trainable === false)
    report('student', wordlessTeacher);
  if (match.every((what) => what === 'attention')) report('match', attentionAlone);
  if (options.steps !== undefined && given('epochs')) report('epochs', epochsBesideSteps);
  if (!match.includes('logits')) {
    for (const name of ['temperature', 'alpha', 'c'])
      if (given(name))
        report(name, {
          code: 'option-without-effect',
          message: `\`${name}\` changes nothing here: it belongs to \`match: logits\``,
          hint: `remove \`${name}\``,
        });
  }
  if (inputs.dataset('from')?.prompt?.mask === true) report('from', maskRefused);
}

function checkLabels(options: DistillOptions, { inputs, given, report }: Context): void {
  const from = inputs.dataset('from');
  if (options.alpha === 1)
    report('alpha', {
      code: 'option-without-effect',
      message: 'with `alpha: 1` only the labels of the rows count, and the teacher is not heard',
      hint: 'use `fine-tune`, or lower `alpha`',
    });
  const labelled = from?.labelled === true && options.alpha > 0;
  if (from?.labelled === false && given('alpha') && options.alpha > 0)
    report('alpha', {
      code: 'option-without-effect',
      severity: 'warning',
      message: '`alpha` weighs the labels of the rows, and these rows have none',
      hint: 'remove `alpha`',
    });
  if (labelled && from.multi_label === true) report('from', severalLabels('distill'));
  const [first] = inputs
    .many('teacher')
    .flatMap(({ static: known }) =>
      known.type === 'model' && known.labels !== undefined ? [known.labels] : [],
    );
  const unknown = labelled && from.multi_label !== true ? unknownLabelProblem(from, first) : undefined;
  if (unknown !== undefined) report('from', unknown);
}

/** Of students without labels: nothing that a head would be asked for. */
function checkUnlabelled({ inputs, given, report }: Context): void {
  if (inputs.model('student')?.made !== true || inputs.many('teacher').length > 1) return;
  if (!given('head_learning_rate')) return;
  report('head_learning_rate', {
    code: 'option-without-effect',
    severity: 'warning',
    message:
      '`head_learning_rate` changes nothing where the student is as wide as its one teacher: nothing is learnt along',
    hint: 'remove `head_learning_rate`',
  });
}

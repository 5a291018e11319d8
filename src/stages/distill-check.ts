// What is wrong with a `distill` before anything runs.
import { unknownLabelProblem } from './classifier-labels.ts';
import { differentLabels, sameLabels } from './distill-teachers.ts';
import { severalLabels } from './labelled-texts.ts';
import type { CheckContext } from './stage.ts';

interface Asked {
  readonly alpha: number;
  readonly match: readonly string[];
}

export function checkDistillation(
  options: Asked,
  context: Pick<CheckContext<never>, 'inputs' | 'given' | 'report'>,
): void {
  const { inputs, report } = context;
  const from = inputs.dataset('from');
  const teachers = inputs
    .many('teacher')
    .flatMap(({ name, static: known }) =>
      known.type === 'model' && known.labels !== undefined ? [[name, known.labels] as const] : [],
    );
  for (const { static: known } of inputs.many('teacher'))
    if (known.type === 'model' && known.multi_label === true) {
      report('teacher', severalTeacher);
      break;
    }
  const [first] = teachers;
  const stranger = teachers.find(([, labels]) => first !== undefined && !sameLabels(labels, first[1]));
  if (first !== undefined && stranger !== undefined) report('teacher', differentLabels(first, stranger));
  const refused = options.match.find((what) => what !== 'logits');
  if (refused !== undefined)
    report('match', {
      code: 'not-supported',
      message: `\`match: ${refused}\` would train the encoder of the student, which stays as it is in this version`,
      hint: 'leave `match` away: the student then learns the probabilities of the teacher',
    });
  if (options.alpha === 1)
    report('alpha', {
      code: 'option-without-effect',
      message: 'with `alpha: 1` only the labels of the rows count, and the teacher is not heard',
      hint: 'use `fine-tune`, or lower `alpha`',
    });
  const labelled = from?.labelled === true && options.alpha > 0;
  if (from?.labelled === false && context.given('alpha') && options.alpha > 0)
    report('alpha', {
      code: 'option-without-effect',
      severity: 'warning',
      message: '`alpha` weighs the labels of the rows, and these rows have none',
      hint: 'remove `alpha`',
    });
  if (labelled && from.multi_label === true) report('from', severalLabels('distill'));
  const unknown = labelled && from.multi_label !== true ? unknownLabelProblem(from, first?.[1]) : undefined;
  if (unknown !== undefined) report('from', unknown);
  if (from?.prompt?.label_texts === true) report('from', promptRefused);
}

/** A prompt that learns from more than the rows. */
export const promptRefused = {
  code: 'not-supported',
  message:
    'the prompt of these rows makes texts of labels or shows demonstrations, and a student learns from its teacher alone',
  hint: 'prompt the rows with a `template` and nothing else; a teacher brings its own prompt along',
} as const;

export const severalTeacher = {
  code: 'not-supported',
  message:
    'the teacher gives a text any number of labels, and this version of `distill` teaches one label a text',
  hint: 'use a teacher that was fitted on rows with one label each',
} as const;

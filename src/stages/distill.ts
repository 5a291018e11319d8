// `distill`: what larger models say of rows, learnt by a smaller one. Either a head is fitted on the vectors of a student that stays as it
// is, or the student's encoder is trained.
import { isClassifier, saveClassifier } from './classifier.ts';
import { labelNumbers } from './classifier-labels.ts';
import { callFile } from './call-input.ts';
import { uniteConsumed, type Consumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import { fits, rowsOf, textsIn, textsToEncode, textsToTrain } from './cost.ts';
import { withoutLabels, type Dataset } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { checkDistillation, situationOf } from './distill-check.ts';
import { maskRefused, promptRefused } from './distill-problems.ts';
import { distillOptions, distillPlan, matchOf, trainedPart, type DistillOptions } from './distill-options.ts';
import { studentOf } from './distill-students.ts';
import { taughtBy, taughtRows } from './distill-taught.ts';
import { askTeachers } from './distill-teachers.ts';
import { checkTexts } from './labelled-texts.ts';
import { saveEncoder } from './encoder-artifact.ts';
import { studentCalls } from './new-student.ts';
import { asksForMask } from './prompted.ts';
import { wherePairs } from './pairs.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { stepsOf } from './trained-methods.ts';
import { hasMixedRows } from './training-rows.ts';

export const distill = defineStage({
  name: 'distill',
  version: 5,
  doc:
    'Makes a small model that says what a large one says. The teacher labels rows, which need no labels of their own, ' +
    "with its probabilities; a head on the student's vectors is fitted to them, or the student's encoder is trained until its " +
    "probabilities, vectors or layers are like the teacher's. With several teachers their " +
    'probabilities are averaged. The labelled examples that the teachers were fitted on count as those of the student.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  test: 20%  train: 8 per label  unlabelled: rest }
fine-tune large { model: "./all-MiniLM-L6-v2"  from: parts.train  method: contrastive }

distill small {
  teacher: large
  student: encoder(layers: 3)
  from:    parts.unlabelled
}

evaluate score { model: small  on: parts.test }`,
  options: distillOptions,
  inputs: {
    teacher: input.many('model', {
      capability: 'encoder',
      use: 'apply',
      doc: 'The classifier to learn from, or a list of them. Without `match: logits` an encoder will do.',
    }),
    student: input.required('model', {
      capability: 'encoder',
      use: 'apply',
      calls: studentCalls,
      doc:
        'The encoder of the student: `"builtin:ngrams"`, a model folder, or a stage; of a classifier its encoder is taken. ' +
        'Or a new one: `encoder(layers: 3)`, with `width`, `heads`, `inner` and `vocabulary` where they are not to be those of the ' +
        "first teacher. It starts as some of the teacher's layers where the shapes allow.",
    }),
    from: input.required('dataset', {
      use: 'fit',
      doc: 'The rows that the teacher labels. The more, and the more like those to be labelled later, the better.',
    }),
  },
  outputs: {
    '': { type: 'model', doc: 'The student: a classifier, or without `match: logits` an encoder.' },
    taught: {
      type: 'dataset',
      doc:
        'The rows with what the teachers said: `teacher`, `teacher_probability`, and `teacher_probabilities` of all labels. ' +
        'Without `match: logits` the rows alone.',
    },
  },
  randomness: ({ train }) => train?.name !== 'head',

  check(context) {
    checkDistillation(context.options, context);
    const { options, inputs } = context;
    const [labels] = inputs
      .many('teacher')
      .flatMap(({ static: known }) =>
        known.type === 'model' && known.labels !== undefined ? [known.labels] : [],
      );
    const situation = situationOf(inputs);
    const from = inputs.dataset('from');
    const trained = trainedPart(options, situation) !== 'head';
    const trainable = trained ? true : inputs.model('student')?.trainable;
    if (matchOf(options, situation).includes('logits'))
      return {
        '': {
          type: 'model',
          capability: 'classifier',
          labels,
          trainable,
          pairs: from?.pairs,
          apart: from?.pairs && !trained,
        },
        taught: taughtRows(from),
      };
    return {
      '': { type: 'model', capability: 'encoder', labels: undefined, trainable, masked: false },
      taught: from ?? taughtRows(from),
    };
  },

  cost: ({ inputs, options }) => {
    const rows = rowsOf(inputs, 'from');
    const situation = situationOf(inputs);
    const part = trainedPart(options, situation);
    const own = part === 'head' && inputs.dataset('from')?.pairs;
    const read = inputs
      .many('teacher')
      .map(({ static: known }) => textsIn(rows, known.type === 'model' && known.apart));
    return [
      {
        count: read.reduce((sum, count) => sum && count && sum + count, textsIn(rows, own)),
        unit: textsToEncode,
      },
      ...(part === 'head' ? [] : [{ count: rows && textsRead(options, part, rows), unit: textsToTrain }]),
      ...(matchOf(options, situation).includes('logits') ? [{ count: 1, unit: fits }] : []),
    ];
  },

  async run(context) {
    const { options, inputs } = context;
    const dataset = await readDataset(inputs.from);
    const situation = {
      classifiers: inputs.teacher.every(({ artifact }) => isClassifier(artifact)),
      made: inputs.student.names.includes(callFile),
    };
    const [part, match] = [trainedPart(options, situation), matchOf(options, situation)];
    checkRows(dataset, part !== 'head');
    const lessons = match.includes('logits')
      ? await askTeachers(inputs.teacher, dataset, options.temperature, context)
      : undefined;
    const labelled = lessons !== undefined && options.alpha > 0 && dataset.roles.label !== undefined;
    const truth = labelled ? labelNumbers(dataset, lessons.labels, 'from') : undefined;
    const { student, teacher: teachers } = inputs;
    const made = await studentOf(
      { student, teachers, dataset, part, match, options, lessons, truth },
      context,
    );

    const seen: Consumed[] = [lessons?.consumed ?? uniteConsumed()];
    if (lessons === undefined) for (const { artifact } of teachers) seen.push(await readConsumed(artifact));
    const consumed = uniteConsumed(
      ...seen,
      await readConsumed(student),
      await consumedRows(labelled ? dataset : withoutLabels(dataset), 'fitted'),
    );
    const distilled = { teachers: teachers.length, rows: dataset.rows, ...made.record };
    if (lessons === undefined || made.head === undefined) {
      await saveEncoder(context.output(), {
        ...made,
        consumed,
        description: { name: 'distilled.json', contents: { match, ...distilled } },
      });
      await writeDataset(context.output('taught'), dataset);
      return;
    }
    const alpha = labelled ? options.alpha : 0;
    await saveClassifier(context.output(), {
      labels: lessons.labels,
      method: {
        name: 'distill',
        arguments: { temperature: options.temperature, alpha, c: options.c, match },
      },
      classWeights: 'none',
      maxLength: options.max_length,
      head: made.head,
      encoder: made.encoder,
      base: made.base,
      trained: made.trained,
      support: lessons.support,
      consumed,
      distilled,
      prompt: dataset.prompt,
      pairs: wherePairs(dataset, part === 'head' ? 'apart' : 'together'),
    });
    const { mostProbable } = await import('../learning/heads/probabilities.ts');
    const wanted = mostProbable(lessons.plain, lessons.labels.length);
    await writeDataset(context.output('taught'), taughtBy(dataset, lessons, wanted));
  },
});

function textsRead(options: DistillOptions, layers: 'all' | number, rows: number): number {
  const plan = distillPlan(options, layers);
  const stepsAPass = Math.max(1, Math.ceil(rows / plan.size));
  return Math.round((stepsOf(plan, stepsAPass) / stepsAPass) * rows);
}

function checkRows(dataset: Dataset, trained: boolean): void {
  checkTexts(dataset, { stage: 'distill', at: 'from' });
  if (hasMixedRows(dataset))
    throw stepFailure(
      {
        code: 'not-supported',
        message: 'the rows were mixed by `mixup`, so there is no one text that a teacher could label',
        hint: 'leave `mixup` out of `augment`',
      },
      'from',
    );
  const { prompt } = dataset;
  if (prompt === undefined) return;
  if (prompt.label_templates.length > 0 || prompt.demonstrations !== null)
    throw stepFailure(promptRefused, 'from');
  if (trained && asksForMask(prompt)) throw stepFailure(maskRefused, 'from');
}

// `distill`: what larger models say of rows, learnt by a smaller one. The student's encoder stays as it is; a head is fitted on its
// vectors to the teachers' probabilities.
import { saveClassifier } from './classifier.ts';
import { labelNumbers } from './classifier-labels.ts';
import { uniteConsumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import { fits, rowsOf, textsToEncode } from './cost.ts';
import { withoutLabels, type Dataset } from './dataset.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import { agreementOf, type Agreement } from './distill-agreement.ts';
import { checkDistillation, promptRefused } from './distill-check.ts';
import { fitterOf, silentTeacher } from './distill-student.ts';
import { taughtBy, taughtRows } from './distill-taught.ts';
import { askTeachers } from './distill-teachers.ts';
import { checkTexts } from './labelled-texts.ts';
import { openEncoder } from './model-source.ts';
import { either, float, int, list, share, word } from './option.ts';
import { rowEncoder } from './row-encoder.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { hasMixedRows } from './training-rows.ts';

export const distill = defineStage({
  name: 'distill',
  version: 1,
  doc:
    'Makes a small classifier that says what a large one says. The teacher labels rows, which need no labels of their own, ' +
    "with its probabilities; a head on the student's vectors is fitted to them. With several teachers their " +
    'probabilities are averaged. The labelled examples that the teachers were fitted on count as those of the student.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  test: 20%  train: 8 per label  unlabelled: rest }
fine-tune large { model: "./all-MiniLM-L6-v2"  from: parts.train }

distill small {
  teacher: large
  student: "builtin:ngrams"
  from:    parts.unlabelled
}

evaluate score { model: small  on: parts.test }`,
  options: {
    temperature: float({
      above: 0,
      default: 2,
      doc:
        'What log probabilities are divided by before teacher and student are compared. Above 1 the labels that the teacher ' +
        'finds improbable have more of a say.',
    }),
    alpha: either(share({ doc: '' }), float({ min: 0, max: 1, doc: '' }), {
      default: 0.1,
      doc:
        "Where `from` is labelled: how much its labels weigh, against the teacher's probabilities. With 0 they are not read, " +
        'and do not count in the label budget.',
    }),
    match: list(
      word(
        {
          logits: "the teacher's scores of the labels, as probabilities at `temperature`",
          embeddings: 'the vectors of the texts; not in this version',
          hidden: 'the states of the layers; not in this version',
          attention: 'where the layers look; not in this version',
        },
        { doc: '' },
      ),
      {
        min: 1,
        distinct: true,
        default: ['logits'],
        doc: 'What the student is to have in common with the teacher.',
      },
    ),
    c: float({
      above: 0,
      default: 10,
      doc: 'Inverse strength of the penalty on the weights of the head. Smaller keeps closer to no opinion at all.',
    }),
    max_length: int({
      min: 4,
      max: 8192,
      doc: 'Tokens of a text that the student reads; the rest is cut off. Without it: what the model folder says.',
    }),
  },
  inputs: {
    teacher: input.many('model', {
      capability: 'classifier',
      use: 'apply',
      doc: 'The classifier to learn from, or a list of them.',
    }),
    student: input.required('model', {
      capability: 'encoder',
      use: 'apply',
      doc: 'The encoder of the student: `"builtin:ngrams"`, a model folder, or a stage. Of a classifier its encoder is taken.',
    }),
    from: input.required('dataset', {
      use: 'fit',
      doc: 'The rows that the teacher labels. The more, and the more like those to be labelled later, the better.',
    }),
  },
  outputs: {
    '': { type: 'model', doc: 'The student, a classifier.' },
    taught: {
      type: 'dataset',
      doc: 'The rows with what the teachers said: `teacher`, `teacher_probability`, and `teacher_probabilities` of all labels.',
    },
  },
  randomness: () => false,

  check(context) {
    checkDistillation(context.options, context);
    const [labels] = context.inputs
      .many('teacher')
      .flatMap(({ static: known }) =>
        known.type === 'model' && known.labels !== undefined ? [known.labels] : [],
      );
    return {
      '': { type: 'model', capability: 'classifier', labels },
      taught: taughtRows(context.inputs.dataset('from')),
    };
  },

  cost: ({ inputs }) => {
    const rows = rowsOf(inputs, 'from');
    const encoders = inputs.many('teacher').length + 1;
    return [
      { count: rows && rows * encoders, unit: textsToEncode },
      { count: 1, unit: fits },
    ];
  },

  async run(context) {
    const { options, inputs, signal, note } = context;
    const dataset = await readDataset(inputs.from);
    checkRows(dataset);
    const lessons = await askTeachers(inputs.teacher, dataset, options.temperature, context);
    const { labels } = lessons;
    const labelled = options.alpha > 0 && dataset.roles.label !== undefined;
    const truth = labelled ? labelNumbers(dataset, labels, 'from') : undefined;

    const encoder = await openEncoder(inputs.student, context, { maxLength: options.max_length });
    const encode = rowEncoder(encoder, dataset.prompt, async () => dataset);
    const vectors = await encode(dataset).finally(encoder.dispose);
    const alpha = labelled ? options.alpha : 0;
    const fit = await fitterOf({ vectors, lessons, truth }, { ...options, alpha }, signal);
    const head = await fit();
    if (head === undefined) throw stepFailure(silentTeacher(lessons), 'teacher');
    if (head.settings['converged'] === 0)
      note('the head had not settled after its last iteration; a smaller `c` helps');
    const { mostProbable } = await import('../learning/heads/probabilities.ts');
    const wanted = mostProbable(lessons.plain, labels.length);
    const agreement = await agreementOf({ rows: dataset, vectors, wanted, fit });
    note(agreementText(agreement, dataset.rows, inputs.teacher.length));

    const learnt = labelled ? dataset : withoutLabels(dataset);
    await saveClassifier(context.output(), {
      labels,
      method: {
        name: 'distill',
        arguments: { temperature: options.temperature, alpha, c: options.c, match: options.match },
      },
      classWeights: 'none',
      maxLength: options.max_length,
      head,
      encoder: encoder.files,
      support: lessons.support,
      consumed: uniteConsumed(
        lessons.consumed,
        await readConsumed(inputs.student),
        await consumedRows(learnt, 'fitted'),
      ),
      distilled: { teachers: inputs.teacher.length, rows: dataset.rows, agreement: agreement ?? null },
      prompt: dataset.prompt,
    });
    await writeDataset(context.output('taught'), taughtBy(dataset, lessons, wanted));
  },
});

function checkRows(dataset: Dataset): void {
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
  if (prompt !== undefined && (prompt.label_templates.length > 0 || prompt.demonstrations !== null))
    throw stepFailure(promptRefused, 'from');
}

function agreementText(agreement: Agreement | undefined, rows: number, teachers: number): string {
  const whom = teachers > 1 ? `its ${teachers} teachers` : 'its teacher';
  if (agreement === undefined)
    return `how often the student agrees with ${whom} is not known: ${rows} rows are too few to hold any back`;
  const percent = (value: number): string => (value * 100).toFixed(1);
  const { value, low, high, rows: held } = agreement;
  return `the student agrees with ${whom} on ${percent(value)} % of ${held} rows held out of a fit (95 % interval ${percent(low)} … ${percent(high)} %)`;
}

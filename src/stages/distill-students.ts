// The student of `distill`, by whichever way it is made: a head on vectors that stay as they are, or a trained encoder with or without a head.
import type { Head } from '../learning/heads/head.ts';
import type { Matrix } from '../learning/matrix.ts';
import { overlaid, inMemory } from './artifact-overlay.ts';
import type { Artifact } from './artifact.ts';
import { baseOf, readDescription } from './classifier.ts';
import { select, type Dataset } from './dataset.ts';
import { agreementOf, type Agreement } from './distill-agreement.ts';
import { agreementOn, lessonsOn, likenessOf, type Likeness } from './distill-held.ts';
import { holdOut } from './held-rows.ts';
import { agreementText, likenessText } from './distill-notes.ts';
import type { DistillOptions, Match } from './distill-options.ts';
import { fitterOf, silentTeacher } from './distill-student.ts';
import type { Lessons } from './distill-teachers.ts';
import { trainStudent } from './distill-train.ts';
import { openEncoder, type ModelContext, type OpenEncoder, type TrainingContext } from './model-source.ts';
import { wherePairs, type PairReading } from './pairs.ts';
import { rowEncoder, type AsFitted } from './row-encoder.ts';
import type { Member, RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import type { TrainedEncoder } from './tune-folder.ts';

export interface Asked {
  readonly student: Artifact;
  readonly teachers: readonly Member[];
  readonly dataset: Dataset;
  readonly part: 'head' | 'all' | number;
  readonly match: readonly Match[];
  readonly options: DistillOptions;
  readonly lessons: Lessons | undefined;
  readonly truth: Int32Array | undefined;
}

export interface Student {
  /** Where it has labels. */
  readonly head: Head | undefined;
  readonly encoder: Artifact;
  readonly base: Artifact | undefined;
  readonly trained: TrainedEncoder | undefined;
  /** How well it says what its teachers say, on rows held out. */
  readonly record: { readonly agreement: Agreement | null; readonly likeness?: Likeness };
}

type Context = TrainingContext & Pick<RunContext<never, never>, 'random'>;

export function studentOf(asked: Asked, context: Context): Promise<Student> {
  const { part, lessons } = asked;
  if (part !== 'head') return trainedStudent(asked, part, context);
  if (lessons === undefined) throw new Error('a head without labels');
  return frozenStudent(asked, lessons, context);
}

/** Of pairs of texts `pairs`: a student whose encoder is trained reads them together. */
function asStudent(rows: Dataset, pairs: PairReading): AsFitted {
  return { prompt: rows.prompt, pairs: wherePairs(rows, pairs) };
}

async function frozenStudent(asked: Asked, lessons: Lessons, context: Context): Promise<Student> {
  const { student, dataset, options, truth, teachers } = asked;
  const encoder = await openEncoder(student, context, { maxLength: options.max_length });
  const encode = rowEncoder(encoder, asStudent(dataset, 'apart'), async () => dataset);
  const vectors = await encode(dataset).finally(encoder.dispose);
  const fit = await fitterOf({ vectors, lessons, truth }, withAlpha(asked), context.signal);
  const head = await fit();
  if (head === undefined) throw stepFailure(silentTeacher(lessons), 'teacher');
  noteUnsettled(head, context);
  const { mostProbable } = await import('../learning/heads/probabilities.ts');
  const wanted = mostProbable(lessons.plain, lessons.labels.length);
  const agreement = await agreementOf({ rows: dataset, vectors, wanted, fit });
  context.note(agreementText(agreement, dataset.rows, teachers.length, 'a fit'));
  const record = { agreement: agreement ?? null };
  return { head, encoder: encoder.files, base: undefined, trained: undefined, record };
}

async function trainedStudent(asked: Asked, layers: 'all' | number, context: Context): Promise<Student> {
  const { student, dataset, match, options, lessons, truth } = asked;
  const teachers = asked.teachers.map(({ artifact }) => artifact);
  const { learnt, held } = await holdOut(dataset);
  const rows = select(dataset, learnt);
  const learntLessons = lessons && lessonsOn(lessons, learnt);
  const learntTruth = truth && Int32Array.from(learnt, (row) => truth[row] ?? 0);
  const unseen = select(dataset, held);
  const encodeUnseen = (by: OpenEncoder): Promise<Matrix> =>
    rowEncoder(by, asStudent(dataset, 'together'), async () => dataset)(unseen);
  // The vectors of one teacher alone may be the student's own: those of several are learnt through products.
  const compared = lessons === undefined && teachers.length === 1 && held.length > 1;
  let wanted: Matrix | undefined;
  const vectorsOf = (read: readonly string[]): Promise<readonly Matrix[]> =>
    askEach(
      teachers,
      async (teacher) => {
        const vectors = await teacher.encode(read);
        if (compared) wanted = await encodeUnseen(teacher);
        return vectors;
      },
      context,
    );
  const { encoder, trained } = await trainStudent(
    {
      student,
      teachers,
      rows,
      match,
      layers,
      options,
      lessons: learntLessons,
      truth: learntTruth,
      vectorsOf,
      random: context.random('train'),
    },
    context,
  );
  const files = overlaid(encoder, inMemory(trained.files));
  const after = await openEncoder(files, context, { maxLength: options.max_length });
  const encode = rowEncoder(after, asStudent(dataset, 'together'), async () => dataset);
  const made = { encoder, base: baseOf(student), trained };
  try {
    if (learntLessons === undefined) {
      const own = compared ? await encodeUnseen(after) : undefined;
      await after.dispose();
      if (compared) wanted ??= (await askEach(teachers, encodeUnseen, context))[0];
      const likeness = own && wanted && (await likenessOf(own, wanted));
      context.note(likenessText(likeness, held.length, teachers.length));
      return { ...made, head: undefined, record: { agreement: null, ...(likeness && { likeness }) } };
    }
    const vectors = await encode(rows);
    const fit = await fitterOf({ vectors, lessons: learntLessons, truth: learntTruth }, withAlpha(asked), context.signal); // prettier-ignore
    const head = await fit();
    if (head === undefined) throw stepFailure(silentTeacher(learntLessons), 'teacher');
    noteUnsettled(head, context);
    const agreement =
      held.length === 0 || lessons === undefined
        ? undefined
        : await agreementOn(head, await encode(unseen), lessonsOn(lessons, held));
    context.note(agreementText(agreement, dataset.rows, teachers.length, 'the training'));
    return { ...made, head, record: { agreement: agreement ?? null } };
  } finally {
    await after.dispose();
  }
}

/** One teacher after the other, as there is one engine. A classifier is asked as an encoder: its prompt is about rows. */
async function askEach<T>(
  teachers: readonly Artifact[],
  ask: (teacher: OpenEncoder) => Promise<T>,
  context: ModelContext,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (const teacher of teachers) {
    const maxLength = (await readDescription(teacher))?.max_length ?? undefined;
    const encoder = await openEncoder(teacher, context, { maxLength });
    all.push(await ask(encoder).finally(encoder.dispose));
  }
  return all;
}

function withAlpha({ options, truth }: Asked): Pick<DistillOptions, 'temperature' | 'c' | 'alpha'> {
  return { ...options, alpha: truth === undefined ? 0 : options.alpha };
}

function noteUnsettled(head: Head, { note }: Context): void {
  if (head.settings['converged'] === 0)
    note('the head had not settled after its last iteration; a smaller `c` helps');
}

// The student of `distill` whose encoder is trained: what it starts as, what it learns of its teachers, and what comes of it.
import { createHash } from 'node:crypto';
import type { TrainableEncoder } from '../learning/encoders/trainable.ts';
import type { Matrix } from '../learning/matrix.ts';
import type { Random } from '../learning/random.ts';
import type { TaughtLayers } from '../learning/training/distillation.ts';
import { inMemory, overlaid } from './artifact-overlay.ts';
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { readCall } from './call-input.ts';
import { texts, type Dataset } from './dataset.ts';
import type { DistillOptions, Match } from './distill-options.ts';
import { distillPlan } from './distill-options.ts';
import {
  layerlessTeacher,
  otherHeads,
  otherTokens,
  untrainableStudent,
  wordlessTeacher,
} from './distill-problems.ts';
import { fitterOf, silentTeacher } from './distill-student.ts';
import type { Lessons } from './distill-teachers.ts';
import { encoderOf, openEncoder, type TrainingContext } from './model-source.ts';
import { newStudent, studentCalls } from './new-student.ts';
import { openRendering } from './prompt-rows.ts';
import { wherePairs } from './pairs.ts';
import { rowEncoder } from './row-encoder.ts';
import { stepFailure } from './step-failure.ts';
import { trainingNotes } from './training-notes.ts';
import { tuneFolder, type TrainedEncoder } from './tune-folder.ts';

export interface StudentRequest {
  readonly student: Artifact;
  readonly teachers: readonly Artifact[];
  /** Those that it learns from. */
  readonly rows: Dataset;
  readonly match: readonly Match[];
  readonly layers: 'all' | number;
  readonly options: DistillOptions;
  /** Of the rows; where `match` has logits. */
  readonly lessons: Lessons | undefined;
  readonly truth: Int32Array | undefined;
  /** Of each teacher the vectors of texts; where `match` has embeddings. */
  readonly vectorsOf: (texts: readonly string[]) => Promise<readonly Matrix[]>;
  readonly random: Random;
}

export interface TaughtStudent {
  /** Files of the encoder that are as they were. */
  readonly encoder: Artifact;
  readonly trained: TrainedEncoder;
}

export async function trainStudent(
  request: StudentRequest,
  context: TrainingContext,
): Promise<TaughtStudent> {
  const { rows, options, random, match } = request;
  const start = await startOf(request, context);
  const plan = distillPlan(options, request.layers);
  const read = await textsToRead(start.files, rows, options, context);
  const times = read.length / rows.rows; // a row is there once for each template of its prompt
  const repeated = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: times * values.length }, (_, i) => values[i % values.length] ?? 0);
  const probabilities = await probabilitiesOf(request, start.files, context);
  const vectors = match.includes('embeddings') ? await request.vectorsOf(read) : [];
  const taught = {
    texts: read.length,
    vectors,
    probabilities: probabilities && {
      ...probabilities,
      taught: repeated(probabilities.taught),
      truth:
        probabilities.truth &&
        Int32Array.from({ length: read.length }, (_, i) => probabilities.truth?.[i % rows.rows] ?? 0),
    },
  };
  const { distillation } = await import('../learning/training/distillation.ts');
  const trained = await tuneFolder(
    {
      files: start.files,
      maxLength: options.max_length,
      plan,
      texts: read,
      aim: async (text) => {
        if (text === undefined) throw new Error('a student that reads no texts');
        const { encoder, beside } = text;
        const layers = await layersOf(request, encoder, beside, read);
        const settings = { size: plan.size, seed: random.derive('order').below(2 ** 32) };
        const objective = distillation({ ...taught, layers }, encoder, settings);
        return { objective, stepsAPass: objective.stepsAPass };
      },
      about: [
        match,
        options.temperature,
        options.alpha,
        request.teachers.map(({ digest }) => digest),
        digestOf([taught.probabilities?.taught ?? new Float64Array(), ...vectors.map(({ data }) => data)]),
        [...(taught.probabilities?.truth ?? [])],
      ],
      random,
    },
    context,
  );
  for (const note of trainingNotes(trained.record, 'texts')) context.note(note);
  const files = { ...start.made, ...trained.files };
  return { encoder: start.kept, trained: { ...trained, files } };
}

interface Start {
  readonly files: Artifact;
  /** Of these, what no disk has, and the others. */
  readonly made: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  readonly kept: Artifact;
}

async function startOf(
  { student, teachers, rows, random }: StudentRequest,
  { note }: TrainingContext,
): Promise<Start> {
  const call = await readCall(student, studentCalls);
  if (call === undefined) {
    const files = encoderOf(student);
    if (files.names.includes(builtinFile)) throw stepFailure(untrainableStudent, 'student');
    return { files, made: {}, kept: files };
  }
  const [first] = teachers;
  if (first === undefined) throw new Error('a distillation without a teacher');
  const teacher = encoderOf(first);
  if (teacher.names.includes(builtinFile)) throw stepFailure(wordlessTeacher, 'student');
  const made = await newStudent(teacher, call, texts(rows), random.derive('student'));
  note(made.note);
  return { files: overlaid(made.kept, inMemory(made.made)), made: made.made, kept: made.kept };
}

/** As the student will be asked: with the prompt of the rows, of each row once for every template. */
async function textsToRead(
  files: Artifact,
  rows: Dataset,
  { max_length: maxLength }: DistillOptions,
  context: TrainingContext,
): Promise<readonly string[]> {
  if (rows.prompt === undefined) return texts(rows);
  const encoder = await openEncoder(files, context, { maxLength });
  const render = await openRendering(encoder, rows.prompt, async () => rows);
  return (await render(rows)).flat();
}

/** With the classifier that the frozen student has for them, which training starts from. */
async function probabilitiesOf(
  { rows, lessons, truth, options, match }: StudentRequest,
  files: Artifact,
  context: TrainingContext,
) {
  if (!match.includes('logits') || lessons === undefined) return undefined;
  const { temperature, c } = options;
  const alpha = truth === undefined ? 0 : options.alpha;
  const frozen = await openEncoder(
    files,
    { ...context, cacheDirectory: undefined },
    { maxLength: options.max_length },
  );
  const vectors = await rowEncoder(
    frozen,
    { prompt: rows.prompt, pairs: wherePairs(rows, 'together') },
    async () => rows,
  )(rows).finally(frozen.dispose);
  const fit = await fitterOf({ vectors, lessons, truth }, { temperature, alpha, c }, context.signal);
  const start = await fit();
  if (start === undefined) throw stepFailure(silentTeacher(lessons), 'teacher');
  return { taught: lessons.taught, temperature, truth, alpha, start };
}

/** The teacher to be run beside the student, whose tokens have to be the same. */
async function layersOf(
  { match, teachers }: StudentRequest,
  student: TrainableEncoder,
  beside: (files: Artifact) => Promise<TrainableEncoder>,
  read: readonly string[],
): Promise<TaughtLayers | undefined> {
  const [hidden, attention] = [match.includes('hidden'), match.includes('attention')];
  const [first] = teachers;
  if (first === undefined || !(hidden || attention)) return undefined;
  const what = hidden ? 'hidden' : 'attention';
  const files = encoderOf(first);
  if (files.names.includes(builtinFile)) throw stepFailure(layerlessTeacher(what), 'teacher');
  const teacher = await beside(files);
  const [own, its] = [student, teacher].map(({ tokenizer }) => read.map((text) => tokenizer.encode(text)));
  if (JSON.stringify(own) !== JSON.stringify(its)) throw stepFailure(otherTokens(what), 'match');
  if (attention && student.heads !== teacher.heads)
    throw stepFailure(otherHeads(student.heads, teacher.heads), 'match');
  return { teacher, hidden, attention };
}

function digestOf(arrays: readonly (Float64Array | Float32Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

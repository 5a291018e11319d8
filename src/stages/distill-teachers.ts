// What the teachers of `distill` say of rows, and what they have seen themselves. Each is opened after the other, as there is one
// engine.
import type { Artifact } from './artifact.ts';
import { loadClassifier, type Classifier } from './classifier.ts';
import { classify } from './classify.ts';
import { uniteConsumed, type Consumed } from './consumed.ts';
import type { Dataset } from './dataset.ts';
import type { ModelContext } from './model-source.ts';
import type { Member } from './stage.ts';
import { severalTeacher } from './distill-problems.ts';
import { needsLabelsKnown } from './one-class-problems.ts';
import { checkSamePairs } from './pairs.ts';
import { stepFailure } from './step-failure.ts';
import { mixedColumns, originalColumn } from './training-rows.ts';

export interface Lessons {
  /** In the order of the first teacher. */
  readonly labels: readonly string[];
  /** The teachers' mean probabilities at a temperature. [rows, labels] */
  readonly taught: Float64Array;
  /** Their mean probabilities as they are. [rows, labels] */
  readonly plain: Float64Array;
  /** The labelled rows that any of them was fitted on. */
  readonly support: Dataset;
  readonly consumed: Consumed;
}

/** Throws `Failure` where the teachers know different labels. */
export async function askTeachers(
  teachers: readonly Member[],
  rows: Dataset,
  temperature: number,
  context: ModelContext,
): Promise<Lessons> {
  const { atTemperature } = await import('../learning/temperature.ts');
  const answers: (Answer & { readonly name: string })[] = [];
  for (const { name, artifact } of teachers) {
    const progress = (done: number): void =>
      context.progress({
        done: answers.length * rows.rows + done,
        total: teachers.length * rows.rows,
        unit: 'rows',
      });
    answers.push({ name, ...(await ask(artifact, rows, progress, context)) });
  }
  const [first] = answers;
  if (first === undefined) throw new Error('a distillation without a teacher');
  const { labels } = first;
  const stranger = answers.find((other) => !sameLabels(other.labels, labels));
  if (stranger !== undefined)
    throw stepFailure(differentLabels([first.name, labels], [stranger.name, stranger.labels]), 'teacher');
  const inOrder = answers.map((answer) => reordered(answer.probabilities, answer.labels, labels));
  return {
    labels,
    plain: mean(inOrder),
    taught: mean(inOrder.map((values) => atTemperature(values, labels.length, temperature))),
    support: unitedSupport(
      answers.map(({ support }) => support),
      labels,
    ),
    consumed: uniteConsumed(...answers.map(({ consumed }) => consumed)),
  };
}

export function sameLabels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label) => b.includes(label));
}

export function differentLabels(
  [name, labels]: readonly [string, readonly string[]],
  [other, otherLabels]: readonly [string, readonly string[]],
) {
  const list = (names: readonly string[]): string => names.map((label) => `\`${label}\``).join(', ');
  return {
    code: 'unknown-label',
    message: `the teachers know different labels: \`${name}\` ${list(labels)}, and \`${other}\` ${list(otherLabels)}`,
    hint: 'teachers of one student decide between the same labels: fit them on rows of the same data',
  } as const;
}

interface Answer {
  readonly labels: readonly string[];
  readonly probabilities: Float64Array;
  readonly support: Dataset;
  readonly consumed: Consumed;
}

async function ask(
  artifact: Artifact,
  rows: Dataset,
  progress: (done: number) => void,
  context: ModelContext,
): Promise<Answer> {
  const teacher: Classifier = await loadClassifier(artifact, context);
  try {
    if (teacher.description.threshold !== undefined) throw stepFailure(severalTeacher, 'teacher');
    if (teacher.description.one_class !== undefined)
      throw stepFailure(needsLabelsKnown('`distill`'), 'teacher');
    checkSamePairs(rows, teacher.description.pairs !== undefined, 'from');
    const [probabilities = new Float64Array()] = await classify(teacher, [teacher.head], rows, progress);
    const [support, consumed] = await Promise.all([teacher.support(), teacher.consumed()]);
    return { labels: teacher.labels, probabilities, support, consumed };
  } finally {
    await teacher.dispose();
  }
}

function reordered(values: Float64Array, from: readonly string[], to: readonly string[]): Float64Array {
  const places = to.map((label) => from.indexOf(label));
  return values.map((_, i) => values[i - (i % to.length) + (places[i % to.length] ?? 0)] ?? NaN);
}

function mean(all: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(all[0]?.length ?? 0);
  for (const values of all) values.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value / all.length));
  return sum;
}

/** Columns that say what a row was learnt as. */
const kept = [originalColumn, ...Object.values(mixedColumns)];

/** The rows of all, each once. Of several only their texts and labels are kept, since their other columns may differ. */
function unitedSupport(supports: readonly Dataset[], labels: readonly string[]): Dataset {
  const [first, ...others] = supports;
  if (first === undefined) throw new Error('a distillation without a teacher');
  if (others.length === 0) return { ...first, prompt: undefined };
  const present = kept.filter((name) => supports.some(({ columns }) => columns.has(name)));
  const second = first.roles.second === undefined ? [] : ['second'];
  const names = ['text', ...second, 'label', ...present];
  const seen = new Set<string>();
  const rows = supports.flatMap((support) => {
    const column = (name: string) => support.columns.get(name) ?? [];
    const { text = '', label = '' } = support.roles;
    const own = second.map(() => support.roles.second ?? '');
    const columns = [text, ...own, label, ...present].map(column);
    return [...support.source].flatMap((source, row) => {
      const values = columns.map((values) => values[row] ?? null);
      const key = JSON.stringify(values);
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ source, values }];
    });
  });
  return {
    rows: rows.length,
    columns: new Map(names.map((name, i) => [name, rows.map(({ values }) => values[i] ?? null)])),
    roles: { text: 'text', ...(second.length > 0 && { second: 'second' }), label: 'label' },
    labels,
    multiLabel: false,
    partition: first.partition,
    source: Int32Array.from(rows, ({ source }) => source),
  };
}

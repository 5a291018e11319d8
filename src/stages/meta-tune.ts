// `meta-learn` of an encoder that there is: of texts, or of pictures. Knows neither `conv4` nor how episodes become figures.
import type { Random } from '../learning/random.ts';
import type { EpisodeShape } from '../learning/meta/episodes.ts';
import type { VectorRule } from '../learning/meta/meta-rule.ts';
import type { Artifact, Output } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { baseOf } from './classifier.ts';
import { readConsumed, writeConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import { uniteConsumed } from './consumed.ts';
import { classesOf, select, texts, type Dataset } from './dataset.ts';
import { saveEncoderFiles } from './encoder-artifact.ts';
import { promptRefused } from './episodes-check.ts';
import { checkLabelledTexts } from './labelled-texts.ts';
import { sharedClasses } from './learnt-classes.ts';
import { modelMeasuredEpisodes, modelMeasurements, textRate } from './meta-defaults.ts';
import { readMetaDescription } from './meta-encoder.ts';
import { learntFile, readMetaLearnt, type MetaLearnt } from './meta-learnt.ts';
import {
  encoderStays,
  sharedWithValidation,
  tooFewClasses,
  tooFewOf,
  otherSight,
} from './meta-learn-problems.ts';
import { metaValidation } from './meta-validation.ts';
import { encoderOf, type TrainingContext } from './model-source.ts';
import { plainRows } from './row-encoder.ts';
import { stepFailure } from './step-failure.ts';
import { pictureRate, seenIn, type TrainingPlan } from './trained-methods.ts';
import { trainingNotes } from './training-notes.ts';
import { tuneFolder, type EncoderWatch } from './tune-folder.ts';

export interface MetaTuning {
  readonly model: Artifact;
  readonly from: Dataset;
  readonly validation: Dataset | undefined;
  readonly rule: VectorRule;
  readonly shape: EpisodeShape;
  readonly episodes: number;
  readonly rate: number | undefined;
  readonly random: Random;
}

export async function metaTune(asked: MetaTuning, context: TrainingContext, output: Output): Promise<void> {
  const { model, from, validation, shape, random } = asked;
  const files = encoderOf(model);
  if (files.names.includes(builtinFile)) throw stepFailure(encoderStays, 'model');
  const classes = classesWith(from, shape, 'from');
  const others = validation && classesWith(validation, shape, 'validation');
  checkRows(asked);
  const earlier = await readMetaLearnt(files);
  const trained = await tuneFolder(
    {
      files,
      maxLength: undefined,
      plan: planOf(asked),
      texts: texts(from),
      images: from.images,
      aim: async () => {
        const { episodeObjective } = await import('../learning/meta/episode-objective.ts');
        const rows = classes.map((one) => one.rows);
        const objective = episodeObjective({ ...asked, classes: rows }, random.derive('episodes'));
        return { objective, stepsAPass: 1 };
      },
      watch: validation && (await watchOn(validation, asked)),
      about: ['meta-learn', asked.rule, shape, classes],
      random,
    },
    context,
  );
  for (const note of trainingNotes(trained.record, seenIn(from))) context.note(note);
  const chosen = metaValidation(trained.watched?.measured ?? []);
  if (chosen !== undefined) context.note(chosen.note);
  const named = (of: readonly { readonly name: string }[] = []): readonly string[] =>
    of.map(({ name }) => name);
  const record: MetaLearnt = {
    format: 'fsl-meta-learn',
    version: 1,
    rule: asked.rule,
    ...shape,
    trained: trained.record,
    classes: [...new Set([...(earlier?.classes ?? []), ...named(classes)])],
    validation: chosen?.record ?? null,
    validation_classes: [...new Set([...(earlier?.validation_classes ?? []), ...named(others)])],
  };
  await writeConsumed(
    output,
    uniteConsumed(
      await readConsumed(model),
      await consumedRows(from, 'fitted'),
      ...(validation === undefined ? [] : [await consumedRows(validation, 'selected')]),
    ),
  );
  const bytes = new TextEncoder().encode(JSON.stringify(record, null, 2) + '\n');
  await saveEncoderFiles(output, {
    encoder: files,
    base: baseOf(model),
    trained: { ...trained, files: { ...trained.files, [learntFile]: bytes } },
  });
}

/** Vectors of sentence encoders have the length 1, and their squared distances are too even to learn from. */
export async function usualDistance(model: Artifact): Promise<'euclidean' | 'cosine'> {
  const files = encoderOf(model);
  const learnt = (await readMetaLearnt(files))?.rule;
  const method = (await readMetaDescription(files))?.method;
  const own = learnt ?? (method?.name === 'prototypical' ? method.arguments.distance : undefined);
  return own === 'euclidean' ? own : 'cosine';
}

function planOf({ from, shape, episodes, rate }: MetaTuning): TrainingPlan {
  const own = rate ?? (seenIn(from) === 'pictures' ? pictureRate : textRate);
  return {
    layers: 'all',
    how: 'weights',
    size: shape.ways * (shape.shots + shape.queries),
    steps: { steps: episodes },
    rate: own,
    headRate: own,
    weightDecay: 0.01,
    warmup: 0.1,
    curve: 'cosine',
    dropout: 0.1,
    smoothing: 0,
  };
}

/** Training never ends early: the lowest loss may come after a while without one. */
async function watchOn(rows: Dataset, { shape, rule, random }: MetaTuning): Promise<EncoderWatch> {
  const [{ drawEpisode }, { measureEpisodes }] = await Promise.all([
    import('../learning/meta/episodes.ts'),
    import('../learning/meta/episode-objective.ts'),
  ]);
  const classes = classesOf(rows).map((one) => one.rows);
  const drawn = Array.from({ length: modelMeasuredEpisodes }, (_, i) =>
    drawEpisode(classes, shape, random.derive('validation', i)),
  );
  const read = [...new Set(drawn.flatMap(({ support, queries }) => [...support, ...queries]))];
  const place = new Map(read.map((row, i) => [row, i]));
  const placed = (of: readonly number[]): readonly number[] => of.map((row) => place.get(row) ?? -1);
  const episodes = drawn.map(({ classes: own, support, queries }) => ({
    classes: own,
    support: placed(support),
    queries: placed(queries),
  }));
  const some = select(rows, read);
  return {
    patience: Infinity,
    every: (steps) => Math.max(1, Math.round(steps / modelMeasurements)),
    measure: async (encoder) =>
      measureEpisodes(await plainRows(encoder)(some, () => undefined), episodes, { shape, rule }),
    about: [texts(some), episodes],
  };
}

function classesWith(rows: Dataset, shape: EpisodeShape, at: 'from' | 'validation') {
  checkLabelledTexts(rows, { stage: 'meta-learn', does: 'learns from classes', at });
  const classes = classesOf(rows);
  if (classes.length < shape.ways) throw stepFailure(tooFewClasses(classes.length, shape.ways), 'ways');
  const short = classes.find((one) => one.rows.length < shape.shots + shape.queries);
  if (short !== undefined) throw stepFailure(tooFewOf(short.name, short.rows.length, shape, 'rows'), at);
  if (rows.prompt !== undefined) throw stepFailure(promptRefused, at);
  return classes;
}

function checkRows({ from, validation }: MetaTuning): void {
  if (validation === undefined) return;
  if ((from.images === undefined) !== (validation.images === undefined))
    throw stepFailure(otherSight, 'validation');
  const names = classesOf(validation).map(({ name }) => name);
  const shared = sharedClasses(
    names,
    classesOf(from).map(({ name }) => name),
  );
  if (shared.length > 0) throw stepFailure(sharedWithValidation(shared, names.length), 'validation');
}

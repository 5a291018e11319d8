// `export` with `format: onnx`: a classifier of texts as one folder for ONNX Runtime, and what such a folder says of rows.
import { availableParallelism } from 'node:os';
import type { BertConfig } from '../learning/encoders/bert-config.ts';
import type { WeightPrecision } from '../learning/onnx/graph-builder.ts';
import type { Artifact, Output, StaticModel } from './artifact.ts';
import { readDescription, type ClassifierDescription } from './classifier.ts';
import { texts } from './dataset.ts';
import type { AskExported } from './export-parity.ts';
import { headFile } from './head-file.ts';
import { openTokenizer, translatedFolder } from './huggingface-source.ts';
import type { ModelContext } from './model-source.ts';
import { onnxReadme } from './onnx-readme.ts';
import type { CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

/** What is known before anything runs. */
export function checkOnnx(model: StaticModel | undefined, report: CheckContext<never>['report']): void {
  if (model === undefined) return;
  if (model.images === true) report('format', refused(ofPictures));
  else if (model.capability !== 'classifier') report('model', needsLabels);
  else if (model.one_class === true) report('format', refused(oneClass));
  else if (model.apart === true) report('format', refused(apart));
  else if (model.prompted === true) report('format', refused(prompted));
  else if (model.votes === true) report('format', refused(votes));
}

/** Throws `Failure` where the model cannot be written so. */
export async function writeOnnx(
  model: Artifact,
  encoder: Artifact,
  { precision, pictures }: { readonly precision: WeightPrecision; readonly pictures: boolean },
  to: Output,
): Promise<void> {
  if (pictures) throw stepFailure(refused(ofPictures), 'format');
  const description = await readDescription(model);
  if (description === undefined) throw stepFailure(needsLabels, 'model');
  const [{ hasGraph }, { bytesTooMany }, { readFolderConfig }, { exportedClassifier }] = await Promise.all([
    import('../learning/onnx/head-graph.ts'),
    import('../learning/onnx/classifier-model.ts'),
    import('../learning/encoders/read-folder.ts'),
    import('../learning/onnx/exported-classifier.ts'),
  ]);
  const why = refusal(description, hasGraph(description.head));
  if (why !== undefined) throw stepFailure(refused(why), 'format');
  const config = await translatedFolder(encoder, readFolderConfig);
  const beyond = bytesTooMany(config, precision);
  if (beyond > 0) throw stepFailure(tooLarge(config, precision, beyond), 'format');
  const { labels, threshold, pairs, max_length: maxLength } = description;
  const classifier = {
    head: await headOf(model, description),
    labels,
    threshold,
    pairs: pairs !== undefined,
    maxTokens: maxLength ?? undefined,
  };
  const { files, ...facts } = await translatedFolder(encoder, (folder) =>
    exportedClassifier(folder, classifier, precision),
  );
  for (const [name, contents] of Object.entries(files)) await to.write(name, contents);
  const described = {
    ...facts,
    labels: labels.length,
    pairs: classifier.pairs,
    several: threshold !== undefined,
  };
  await to.write('README.md', onnxReadme(described));
}

/** Asks the model in ONNX Runtime, and the tokenizer as it was written. */
export function askOnnx(written: Artifact, context: ModelContext): AskExported {
  return async (rows, labels) => {
    const [{ openOnnxFile }, { runClassifier }, { onnxFile }] = await Promise.all([
      import('../engine/onnx-file.ts'),
      import('../learning/onnx/run-classifier.ts'),
      import('../learning/onnx/exported-classifier.ts'),
    ]);
    const tokenizer = await openTokenizer(written, { maxLength: undefined });
    const file = await openOnnxFile(
      await written.read(onnxFile),
      context.engine.threads ?? availableParallelism(),
    );
    try {
      return await runClassifier(file, tokenizer, texts(rows), {
        labels,
        signal: context.signal,
        progress: (done, total) => context.progress({ done, total, unit: 'rows' }),
      });
    } finally {
      await file.dispose();
    }
  };
}

async function headOf(model: Artifact, { head }: ClassifierDescription) {
  const [{ restoreHead }, { readSafetensors }] = await Promise.all([
    import('../learning/heads/stored.ts'),
    import('../learning/safetensors.ts'),
  ]);
  return restoreHead(head, readSafetensors(await model.read(headFile), model.display(headFile)));
}

/** Why the classifier is no function from token ids to scores that a graph can be; nothing where it is one. */
function refusal(
  { prompt, pairs, one_class: one }: ClassifierDescription,
  hasGraph: boolean,
): Refusal | undefined {
  if (one !== undefined) return oneClass;
  if (!hasGraph) return votes;
  if (prompt !== undefined) return prompted;
  if (pairs === 'apart') return apart;
  return undefined;
}

interface Refusal {
  readonly why: string;
  /** What else can be exported so. */
  readonly instead?: string;
}

const ofPictures: Refusal = { why: 'is a model of pictures' };
const oneClass: Refusal = { why: 'measures how far a text is from all normal rows (`one_class`)' };
const prompted: Refusal = {
  why: 'puts texts into a prompt before it reads them',
  instead: 'fit it on rows without a `prompt`',
};
const votes: Refusal = {
  why: 'lets the nearest training rows vote (`knn`)',
  instead: 'fit another head, such as `head(kind: logistic)`, or `cache`, which weighs all rows',
};
const apart: Refusal = {
  why: 'reads the two texts of a pair apart',
  instead: 'fit it with `pairs: together`',
};

function refused({ why, instead }: Refusal) {
  return {
    code: 'not-supported',
    message: `this model cannot be written as an ONNX file: it ${why}`,
    hint: ['use `format: huggingface`', ...(instead === undefined ? [] : [instead])].join(', or '),
  } as const;
}

const needsLabels = {
  code: 'needs-classifier',
  message: '`format: onnx` writes classifiers, and this model gives vectors',
  hint: 'use `format: huggingface`, or export the result of a `fine-tune`',
} as const;

function tooLarge({ model_type: type }: BertConfig, precision: WeightPrecision, beyond: number) {
  return {
    code: 'not-supported',
    message: `this \`${type}\` model takes ${Math.ceil(beyond / 2 ** 20)} MB more than the 2 GB that an ONNX file can have`,
    hint:
      precision === 'fp32' ? 'use `precision: fp16`, or `format: huggingface`' : 'use `format: huggingface`',
  } as const;
}

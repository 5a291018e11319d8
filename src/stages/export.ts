// `export`: a model in, a folder out that other tools read.
import type { Precision } from '../learning/encoders/exported-folder.ts';
import type { Artifact, Output, StaticModel } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { isClassifier, takeHead } from './classifier.ts';
import { remembering } from './composed-artifact.ts';
import { consumedFile } from './consumed-file.ts';
import { rowsOf, textsIn, textsToEncode } from './cost.ts';
import { askOnnx, checkOnnx, writeOnnx } from './export-onnx.ts';
import { askFolder, checkParityKnown, parityFile, readAgain } from './export-parity.ts';
import { translatedFolder } from './huggingface-source.ts';
import { imageModelKind } from './image-model.ts';
import { hasLearner, learnerFile, metaFile, metaText, metaWeightsFile } from './meta-description.ts';
import { readMetaDescription } from './meta-encoder.ts';
import { baseFolder, encoderOf } from './model-source.ts';
import { outputPath, word } from './option.ts';
import { parityBounds } from './parity.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';

export const exportModel = defineStage({
  name: 'export',
  version: 4,
  doc:
    'Writes a model as a Hugging Face folder: `config.json`, `tokenizer.json`, `model.safetensors` and what sentence-transformers needs. Of a ' +
    'classifier that is its encoder as it was trained; beside it lie `classifier.json`, with its labels in their order, and `head.safetensors` ' +
    'with the numbers of its head, which reads the vectors of the encoder; of pairs of texts that are read apart (`"pairs": "apart"`, and no `prompt`) |u - v|, u * v and the cosine of the two. A model of pictures is written with the files that it has: of `meta-learn` `conv4.json` ' +
    'and `conv4.safetensors`, and `learner.safetensors` where the net adapts. The folder is taken where a model is: `model: "./my-model"`. ' +
    'With `format: onnx` a classifier of texts becomes one file that ONNX Runtime runs, without FSL.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  train: 8 per label  test: rest }
fine-tune classifier { model: "builtin:fsl-mini"  from: parts.train }

export folder {
  model:  classifier
  to:     "my-model"
  format: onnx
  parity: parts.test
}`,
  options: {
    to: outputPath({
      required: true,
      doc: 'The folder, relative to the program. Its files are written again where they are missing; others in it stay.',
    }),
    format: word(
      {
        huggingface: 'a Hugging Face folder',
        onnx: 'for classifiers of texts: encoder and head in one `model.onnx` for ONNX Runtime, with `tokenizer.json`, `config.json` and a README that runs it in Python and in Node',
      },
      {
        default: 'huggingface',
        doc: 'What the folder is; models of pictures have folders of their own kind.',
      },
    ),
    precision: word(
      {
        fp32: 'single precision, for every tool',
        fp16: 'half precision, half of the bytes; in `onnx` for the matrices of the encoder, and what is computed with them is so in single precision',
        int8: 'matrices of the encoder in eight bits with a scale for each row, a quarter of the bytes, computed with in single precision; as `huggingface` for FSL alone',
      },
      { default: 'fp32', doc: 'Of the weights in the file.' },
    ),
  },
  inputs: {
    model: input.required('model', {
      capability: 'encoder',
      use: 'apply',
      doc: 'A classifier, an encoder, or a model source such as `"builtin:fsl-mini"`.',
    }),
    parity: input.optional('dataset', {
      images: true,
      use: 'apply',
      doc:
        'Rows on which the files are to say what the classifier says. They are read again once they are written, and every row must get the same label from them, with ' +
        `probabilities that differ by at most ${parityBounds.fp32} (\`fp16\`: ${parityBounds.fp16}, \`int8\`: ${parityBounds.int8}); otherwise the step fails. \`parity.json\` in the folder says how near they are. ` +
        'The rows need no labels.',
    }),
  },
  outputs: { '': { type: 'files', doc: 'The files of the folder.' } },
  randomness: () => false,
  exports: ({ to }) => [{ part: '', to }],

  check(context) {
    const { options, inputs, report } = context;
    checkParityKnown(context);
    if (/^https?:/.test(options.to)) report('to', writesFolders);
    const model = inputs.model('model');
    const nothing = nothingToExport(model);
    if (nothing !== undefined) report('model', nothing);
    else if (options.format === 'onnx') checkOnnx(model, report);
    else if (model?.images === true && options.precision !== 'fp32') report('precision', picturesAsTheyAre);
    return { '': { type: 'files' } };
  },

  cost: ({ inputs }) => {
    const texts = textsIn(rowsOf(inputs, 'parity'), inputs.model('model')?.apart);
    // By the model, and by what was written.
    return texts === 0 ? [] : [{ count: texts && 2 * texts, unit: textsToEncode }];
  },

  async run(context) {
    const { inputs, options } = context;
    const { model, parity } = inputs;
    const { format, precision } = options;
    const encoder = encoderOf(model);
    const pictures = await imageModelKind(encoder);
    if (pictures !== undefined && precision !== 'fp32' && format === 'huggingface')
      throw stepFailure(picturesAsTheyAre, 'precision');
    if (pictures?.name === 'pixels') throw stepFailure(nothingOwn, 'model');
    if (encoder.names.includes(builtinFile)) throw stepFailure(noFiles, 'model');
    const to = remembering(context.output());
    if (format === 'onnx')
      await writeOnnx(model, encoder, { precision, pictures: pictures !== undefined }, to);
    else if (pictures === undefined) await writeTextEncoder(encoder, precision, to);
    else await writePictureEncoder(model, to);
    if (format === 'huggingface' && isClassifier(model)) await takeHead(model, to);
    if (parity === undefined) return;
    const written = to.written();
    const ask = format === 'onnx' ? askOnnx(written, context) : askFolder(model, written, context);
    const found = await readAgain(model, parity, { ask, bound: parityBounds[precision] }, context);
    await to.write(parityFile, JSON.stringify(found, null, 2) + '\n');
  },
});

function nothingToExport(model: StaticModel | undefined) {
  if (model?.trainable !== false) return undefined;
  if (model.images !== true) return noFiles;
  return model.capability === 'encoder' ? nothingOwn : undefined;
}

async function writeTextEncoder(encoder: Artifact, precision: Precision, to: Output): Promise<void> {
  const { exportedFolder } = await import('../learning/encoders/exported-folder.ts');
  const changed = await translatedFolder(encoder, (folder) => exportedFolder(folder, precision));
  for (const name of encoder.names)
    if (!isWeights(name) && !Object.hasOwn(changed, name)) await to.take(name, encoder, name);
  for (const [name, bytes] of Object.entries(changed)) await to.write(name, bytes);
}

/** A net that adapts does so from weights that a `fine-tune` has not trained: where one has trained the others, it adapts no longer. */
async function writePictureEncoder(model: Artifact, to: Output): Promise<void> {
  const encoder = encoderOf(model);
  const description = await readMetaDescription(encoder);
  const trained = model.names.includes(`${baseFolder}/${metaWeightsFile}`);
  const further = trained && description !== undefined && hasLearner(description) ? description : undefined;
  const left = [consumedFile, ...(further === undefined ? [] : [metaFile, learnerFile])];
  for (const name of encoder.names) if (!left.includes(name)) await to.take(name, encoder, name);
  if (further !== undefined) await to.write(metaFile, metaText({ ...further, trained_further: true }));
}

/** Those of the exported file stand in their place. */
function isWeights(name: string): boolean {
  return /^[^/]*\.safetensors(\.index\.json)?$/.test(name);
}

const writesFolders = {
  code: 'out-of-range',
  message: '`export` writes folders on this machine',
  hint: 'give the path of a folder',
} as const;

const noFiles = {
  code: 'wrong-artifact',
  message: 'this model counts n-grams and has no weights to export',
  hint: 'export a model that has some, such as one on "builtin:fsl-mini"',
} as const;

const nothingOwn = {
  code: 'wrong-artifact',
  message:
    'there is nothing to export here: `builtin:pixels` has no weights, and a net of TensorFlow.js is a folder already',
  hint: 'export a model of `meta-learn`, one on "builtin:glyph-conv", a ResNet or a MobileNet',
} as const;

const picturesAsTheyAre = {
  code: 'not-supported',
  message: 'models of pictures are written as they are, in single precision',
  hint: 'remove `precision`',
} as const;

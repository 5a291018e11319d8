// `export`: a model in, a folder out that other tools read.
import { builtinFile } from './builtins.ts';
import { isClassifier, takeHead } from './classifier.ts';
import { translatedFolder } from './huggingface-source.ts';
import { imageModelKind } from './image-model.ts';
import { encoderOf } from './model-source.ts';
import { outputPath, word } from './option.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';

export const exportModel = defineStage({
  name: 'export',
  version: 1,
  doc:
    'Writes a model as a Hugging Face folder: `config.json`, `tokenizer.json`, `model.safetensors` and what sentence-transformers needs. Of a ' +
    'classifier that is its encoder as it was trained; beside it lie `classifier.json`, with its labels in their order, and `head.safetensors` ' +
    'with the numbers of its head, which reads the vectors of the encoder. The folder is taken where a model is: `model: "./my-model"`.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  train: 8 per label }
fine-tune classifier { model: "builtin:fsl-mini"  from: parts.train }

export folder {
  model: classifier
  to:    "my-model"
}`,
  options: {
    to: outputPath({
      required: true,
      doc: 'The folder, relative to the program. Its files are written again where they are missing; others in it stay.',
    }),
    format: word(
      { huggingface: 'a Hugging Face folder' },
      { default: 'huggingface', doc: 'What the folder is.' },
    ),
    precision: word(
      {
        fp32: 'single precision, for every tool',
        int8: 'matrices in eight bits with a scale for each row: a quarter of the bytes, for FSL alone, which computes in single precision',
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
  },
  outputs: { '': { type: 'files', doc: 'The files of the folder.' } },
  randomness: () => false,
  exports: ({ to }) => [{ part: '', to }],

  check({ options, inputs, report }) {
    if (/^https?:/.test(options.to)) report('to', writesFolders);
    const model = inputs.model('model');
    if (model?.images === true) report('model', picturesStay);
    else if (model?.trainable === false) report('model', noFiles);
    return { '': { type: 'files' } };
  },

  async run(context) {
    const { inputs, options } = context;
    const { exportedFolder } = await import('../learning/encoders/exported-folder.ts');
    const encoder = encoderOf(inputs.model);
    if ((await imageModelKind(encoder)) !== undefined) throw stepFailure(picturesStay, 'model');
    if (encoder.names.includes(builtinFile)) throw stepFailure(noFiles, 'model');
    const changed = await translatedFolder(encoder, (folder) => exportedFolder(folder, options.precision));
    const to = context.output();
    for (const name of encoder.names)
      if (!isWeights(name) && !Object.hasOwn(changed, name)) await to.take(name, encoder, name);
    for (const [name, bytes] of Object.entries(changed)) await to.write(name, bytes);
    if (isClassifier(inputs.model)) await takeHead(inputs.model, to);
  },
});

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

const picturesStay = {
  code: 'not-supported',
  message: 'models of pictures cannot be exported yet',
  hint: 'export a model of texts',
} as const;

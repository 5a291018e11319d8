// `pretrain`: a model folder and texts without labels in, the folder as a masked language model that has learnt from them out.
import { baseOf } from './classifier.ts';
import { builtinFile } from './builtins.ts';
import { uniteConsumed } from './consumed.ts';
import { readConsumed } from './consumed-file.ts';
import { consumedRows } from './consumed-rows.ts';
import { rowsOf, textsToTrain } from './cost.ts';
import { select, texts, withoutLabels } from './dataset.ts';
import { readDataset } from './dataset-file.ts';
import { holdOut } from './held-rows.ts';
import { saveEncoder } from './encoder-artifact.ts';
import { imageModelKind } from './image-model.ts';
import { checkTexts } from './labelled-texts.ts';
import { encoderOf } from './model-source.ts';
import { pretrainOptions, pretrainPlan } from './pretrain-options.ts';
import { pretrainFolder, type MaskedRecord } from './pretrain-train.ts';
import { noPairs, refusePairs } from './pairs.ts';
import { percentTenths } from './percent.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { layersOf, layersProblem } from './trained-layers.ts';
import { epochsBesideSteps, stepsOf } from './trained-methods.ts';
import { trainingNotes } from './training-notes.ts';
import { hasMixedRows } from './training-rows.ts';

/** So many rows at most are held out. */
const mostHeld = 1000;

export const pretrain = defineStage({
  name: 'pretrain',
  version: 2,
  doc:
    'Goes on with the training of a language model on texts, without their labels: some of the word pieces are covered, and it learns to tell which ' +
    '(masked language modelling; Devlin et al. 2019). Afterwards the encoder knows the language of these texts, and can be asked for a word ' +
    'by `prompt` with a `{mask}` and `fine-tune` with `method: cloze`. A folder without a head for that gets one. About a tenth of the rows is held ' +
    'out, at most a thousand, and the step tells how well covered words are told there.',
  example: `load reviews { from: "reviews.csv"  text: "review"  label: "sentiment" }
split parts { from: reviews  test: 20%  train: 8 per label  unlabelled: rest }

pretrain reader {
  model: "builtin:fsl-mini"
  from:  parts.unlabelled
}

fine-tune classifier { model: reader  from: parts.train }
evaluate score { model: classifier  on: parts.test }`,
  options: pretrainOptions,
  inputs: {
    model: input.required('model', {
      capability: 'encoder',
      use: 'apply',
      doc: 'A model folder, a stage, or a model such as `"builtin:fsl-mini"`; of a classifier its encoder is taken.',
    }),
    from: input.required('dataset', {
      use: 'fit',
      doc: 'The texts. The more, and the more like those to be labelled later, the better; labels are not read.',
    }),
  },
  outputs: { '': { type: 'model', doc: 'The encoder, with its head for masked words.' } },
  randomness: () => true,

  check(context) {
    const { options, inputs, report } = context;
    const model = inputs.model('model');
    if (model?.images === true) report('model', readsPictures);
    else if (model?.trainable === false) report('model', untrainable);
    if (inputs.dataset('from')?.prompt !== undefined) report('from', prompted);
    if (inputs.dataset('from')?.pairs === true) report('from', noPairs('pretrain'));
    if (options.steps !== undefined && context.given('epochs')) report('epochs', epochsBesideSteps);
    const layers = layersProblem(layersOf(options.train), model?.layers);
    if (layers !== undefined) report('train', layers);
    if (options.train?.name === 'head')
      for (const name of ['learning_rate', 'dropout'])
        if (context.given(name))
          report(name, {
            code: 'option-without-effect',
            message: `\`${name}\` changes nothing here: with \`train: head\` the encoder stays as it is`,
            hint: name === 'dropout' ? 'remove it' : 'use `head_learning_rate`',
          });
    const known = { capability: 'encoder', labels: undefined, trainable: true, masked: true } as const;
    return {
      '': { type: 'model', ...known, ...(model !== undefined && { word: (word) => model.word?.(word) }) },
    };
  },

  cost: ({ inputs, options }) => {
    const rows = rowsOf(inputs, 'from');
    const plan = pretrainPlan(options);
    const texts = rows && stepsOf(plan, Math.ceil(rows / plan.size)) * plan.size;
    return [{ count: texts, unit: textsToTrain }];
  },

  async run(context) {
    const { options, inputs } = context;
    const dataset = await readDataset(inputs.from);
    checkTexts(dataset, { stage: 'pretrain', at: 'from' });
    if (dataset.images !== undefined) throw stepFailure(pictureRows, 'from');
    if (dataset.prompt !== undefined) throw stepFailure(prompted, 'from');
    refusePairs(dataset, 'pretrain', 'from');
    if (hasMixedRows(dataset)) throw stepFailure(mixed, 'from');
    const encoder = encoderOf(inputs.model);
    if ((await imageModelKind(encoder)) !== undefined) throw stepFailure(readsPictures, 'model');
    if (encoder.names.includes(builtinFile)) throw stepFailure(untrainable, 'model');
    const { learnt, held } = await holdOut(dataset, mostHeld);
    const { trained, masked } = await pretrainFolder(
      {
        files: encoder,
        texts: texts(select(dataset, learnt)),
        held: texts(select(dataset, held)),
        options,
        random: context.random('train'),
      },
      context,
    );
    for (const note of trainingNotes(trained.record, 'texts')) context.note(note);
    context.note(maskedNote(masked));
    const consumed = uniteConsumed(
      await readConsumed(inputs.model),
      await consumedRows(withoutLabels(dataset), 'fitted'),
    );
    const description = { rows: dataset.rows, masked };
    await saveEncoder(context.output(), {
      encoder,
      base: baseOf(inputs.model),
      trained,
      consumed,
      description: { name: 'pretrained.json', contents: description },
    });
  },
});

function maskedNote(masked: MaskedRecord | null): string {
  if (masked === null)
    return 'how well masked words are told is not known: the rows are too few to hold any back';
  const { texts, pieces, before, frequencies } = masked;
  const figures = ({ accuracy, loss }: { readonly accuracy: number; readonly loss: number }): string =>
    `${percentTenths(accuracy)}, perplexity ${Number(Math.exp(loss).toPrecision(3))}`;
  const earlier = before === null ? '' : `, before the training ${figures(before)}`;
  return `of ${pieces} masked word pieces in ${texts} texts held out it tells ${figures(masked)}${earlier}; by their frequencies alone ${figures(frequencies)}`;
}

const untrainable = {
  code: 'wrong-artifact',
  message: '`pretrain` trains an encoder, and this model has nothing to train: it counts n-grams',
  hint: 'give a model folder or `"builtin:fsl-mini"`',
} as const;

const readsPictures = {
  code: 'wrong-artifact',
  message: '`pretrain` learns words from texts, and this model reads pictures',
  hint: 'give a model that reads texts, such as `"builtin:fsl-mini"`; nets of pictures learn by `meta-learn`',
} as const;

const pictureRows = {
  code: 'wrong-artifact',
  message: '`pretrain` learns words from texts, and these rows are pictures',
  hint: 'give rows of texts',
} as const;

const prompted = {
  code: 'not-supported',
  message: '`pretrain` learns from texts as they are, and these rows carry a prompt',
  hint: 'give the rows as they were before `prompt`',
} as const;

const mixed = {
  code: 'not-supported',
  message: 'the rows were mixed by `mixup`, so there is no one text whose words could be covered',
  hint: 'leave `mixup` out of `augment`',
} as const;

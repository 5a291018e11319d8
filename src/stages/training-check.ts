// What is wrong with the training options of `fine-tune`, or with what it is asked to train, before anything runs.
import type { Problem } from '../parser/diagnostic.ts';
import { isLayer, methodText, trainsEncoder, type Method } from './fine-tune-method.ts';
import type { CheckContext } from './stage.ts';
import { layersOf, layersProblem } from './trained-layers.ts';
import {
  epochsBesideSteps,
  layerOptions,
  trainedMethods,
  trainingOptions,
  type TrainedMethod,
  type TrainingOptions,
} from './trained-methods.ts';

type Asked = TrainingOptions & { readonly method: Method };
type Context = Pick<CheckContext<never>, 'inputs' | 'given' | 'report'>;

export function checkTraining(options: Asked, { inputs, given, report }: Context): void {
  const { method } = options;
  const asked = Object.keys(trainingOptions).filter((name) => given(name));
  if (!trainsEncoder(method)) {
    const read: readonly string[] = isLayer(method) ? layerOptions : [];
    if (isLayer(method) && asked.includes('epochs') && options.steps !== undefined)
      report('epochs', epochsBesideSteps);
    for (const name of asked.filter((one) => !read.includes(one)))
      report(name, idle(name, `\`${methodText(method)}\` leaves the encoder as it is`, trainers(inputs)));
    return;
  }
  const model = inputs.model('model');
  if (model?.trainable === false)
    report('model', model.images === true ? untrainableNet : notTrainable(method));
  else if (model?.images === true && method.name === 'lora') report('method', noAttention);
  const layers = layersProblem(layersOf(options.train), model?.layers);
  if (layers !== undefined) report('train', layers);
  for (const name of asked) {
    const reason = reasonOfIdle(name, options, method);
    if (reason !== undefined) report(name, idle(name, reason, undefined));
  }
}

/** Why an option changes nothing, if it does not. */
function reasonOfIdle(name: string, options: Asked, method: TrainedMethod): string | undefined {
  const pairs = method.name === 'contrastive';
  switch (name) {
    case 'epochs':
      return options.steps === undefined ? undefined : '`steps` decides how long the training is';
    case 'head_learning_rate':
    case 'label_smoothing':
      return pairs ? '`contrastive` trains no classifier: it fits one afterwards' : undefined;
    case 'train':
      if (options.train?.name !== 'head') return undefined;
      return method.name === 'full' ? undefined : `\`${methodText(method)}\` would have nothing to train`;
    default:
      return undefined;
  }
}

/** For models that have no weights to be trained. */
export function notTrainable(method: TrainedMethod) {
  return {
    code: 'wrong-artifact',
    message: `\`${methodText(method)}\` trains the encoder, and this model has nothing that it can train`,
    hint: 'give a model folder, such as `"./all-MiniLM-L6-v2"`, or use `method: head`',
  } as const;
}

/** For models of pictures whose weights stay as they are. */
export const untrainableNet = {
  code: 'wrong-artifact',
  message:
    'this model of pictures stays as it is: nets of `meta-learn`, `"builtin:glyph-conv"` and ResNets and MobileNets in safetensors can be trained',
  hint: 'fit a head on its vectors, `method: head(kind: logistic)`, or take one of those',
} as const;

const noAttention = {
  code: 'wrong-artifact',
  message: '`lora` adds to the queries and values of attention, of which nets of pictures have none',
  hint: 'use `method: full` or `method: bitfit`',
} as const;

function idle(
  name: string,
  reason: string,
  hint: string | undefined,
): Omit<Problem, 'span'> & { code: 'option-without-effect' } {
  return {
    code: 'option-without-effect',
    message: `\`${name}\` changes nothing here: ${reason}`,
    hint: `remove \`${name}\`${hint === undefined ? '' : `, or use ${hint}`}`,
  };
}

/** The methods that would make use of it. */
function trainers(inputs: Context['inputs']): string {
  const pairs = inputs.dataset('from')?.pairs === true;
  return Object.keys(trainedMethods)
    .filter((name) => !pairs || name !== 'contrastive')
    .map((name) => `\`method: ${name}\``)
    .join(' or ');
}

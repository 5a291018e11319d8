// What makes a generated `fine-tune` right: a method that the rows and the encoder allow, and validation rows where something goes by them.
import type { Decisions } from '../decisions.ts';
import { datasetOf, modelsOf, type Plan, type Rules, type Sketch } from '../sketch.ts';
import { ints, string, strings, word, words, type Term } from '../terms.ts';
import { apart } from '../things.ts';
import { recipe, training, trainingOptionNames, trains } from './training.ts';

export const fineTune: Rules = {
  accepts(input, { facts }, sketch) {
    if (input === 'model') return facts.type === 'model';
    if (facts.type !== 'dataset') return false;
    if (input === 'from')
      return facts.labelled && facts.role === 'pool' && ['whole', 'train'].includes(facts.part);
    const from = datasetOf(sketch, 'from');
    if (input === 'unlabelled')
      return (
        from !== undefined &&
        from.prompt === undefined &&
        facts.prompt === undefined &&
        facts.part === 'unlabelled' &&
        facts.role === 'pool' &&
        apart(facts.draws, from.draws)
      );
    return (
      from !== undefined &&
      facts.part === 'validation' &&
      facts.labels.every((label) => from.labels.includes(label)) &&
      facts.prompt?.by === undefined &&
      !facts.mixed &&
      apart(facts.draws, from.draws)
    );
  },
  planned: [
    'pairs', // rows have one text each
    'method',
    'class_weights',
    'early_stopping',
    'threshold',
    'label_template',
    ...trainingOptionNames,
  ],
  plan: (sketch, d) => planned(sketch, d),
  facts(_, sketch) {
    const from = datasetOf(sketch, 'from');
    if (from === undefined) return undefined;
    const inherited = modelsOf(sketch, 'model').flatMap(({ draws }) => draws);
    const selected = ['validation', 'unlabelled'].flatMap((input) => datasetOf(sketch, input)?.draws ?? []);
    return {
      type: 'model',
      capability: 'classifier',
      labels: from.labels,
      prompt: from.prompt?.by,
      draws: [...from.draws, ...inherited, ...selected],
    };
  },
  random: trains,
};

function planned(sketch: Sketch, d: Decisions): Plan {
  const method = plannedMethod(sketch, d.at('method'));
  const named = datasetOf(sketch, 'from')?.prompt?.texts !== true && d.chance('named', 0.3);
  return { ...method, label_template: named ? labelTemplate(d) : undefined };
}

function labelTemplate(d: Decisions): Term {
  const written = ['It is {label}.', 'This is about {label}', '{label}'];
  return d.pick<Term>('template', [
    word('auto'),
    word('none'),
    string(d.pick('written', written)),
    strings(written),
  ]);
}

function plannedMethod(sketch: Sketch, d: Decisions): Plan {
  const from = datasetOf(sketch, 'from');
  const held = sketch.inputs.has('validation');
  const kinds =
    from?.mixed === true || from?.prompt?.texts === true
      ? ['logistic', 'ridge']
      : ['logistic', 'ridge', 'knn'];
  const weights: Term = words('none', 'balanced');
  const trainable = sketch.inputs.get('model')?.trainable === true;
  const head = { is: 'call', name: 'head', arguments: [] } as const;
  if (sketch.inputs.has('unlabelled'))
    return trainable && from?.mixed === false && d.chance('train', 0.5) ? recipe(d) : { method: head };
  if (trainable && from?.mixed === false && from.prompt === undefined && d.chance('recipe', 0.2))
    return recipe(d);
  if (trainable && from?.mixed === false && d.chance('train', 0.8))
    return { ...training(d.at('training')), class_weights: d.chance('weights', 0.3) ? weights : undefined };
  switch (d.below('method', 5)) {
    case 1:
      return {
        method: { is: 'call', name: 'head', arguments: [['kind', words(...kinds)]] },
      };
    case 2: {
      const strength: Term =
        held && d.chance('auto', 0.5)
          ? { is: 'word', word: 'auto' }
          : { is: 'choice', values: [0.5, 1, 2].map((value) => ({ type: 'float', value })) };
      return {
        method: { is: 'call', name: 'head', arguments: [['c', strength]] },
        class_weights: weights,
        early_stopping: held && d.chance('stop', 0.5) ? stopping(d) : undefined,
      };
    }
    case 3:
      return {
        method: { is: 'call', name: 'prototype', arguments: [['distance', words('cosine', 'euclidean')]] },
      };
    case 4:
      return {
        method: head,
        early_stopping: held ? stopping(d) : undefined,
        class_weights: weights,
      };
    default:
      return sketch.inputs.get('model')?.trainable === false ? {} : { method: head };
  }
}

function stopping(d: Decisions): Term {
  const patience: readonly (readonly [string, Term])[] = [['patience', ints(1, 2, 3)]];
  return d.pick<Term>('stopping', [
    { is: 'call', name: 'early_stopping', arguments: [] },
    { is: 'call', name: 'early_stopping', arguments: patience },
    { is: 'map', entries: patience },
  ]);
}

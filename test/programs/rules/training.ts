// What makes a generated training of an encoder right: options that its method reads, and so few steps that it is soon done.
import { trainingOptions } from '../../../src/stages/trained-methods.ts';
import type { Decisions } from '../decisions.ts';
import type { Plan } from '../sketch.ts';
import { ints, words, type Term } from '../terms.ts';

/** No method but those that train an encoder takes any of them. */
export const trainingOptionNames: readonly string[] = Object.keys(trainingOptions);

export const trainers = ['full', 'contrastive', 'bitfit', 'lora'] as const;

type Trainer = (typeof trainers)[number];

/** Of the encoder in `surroundings`. */
const layers = [1, 2];

export function trains(plan: Plan): boolean {
  const method = plan['method'];
  const named = method?.is === 'call' && trainers.some((name) => name === method.name);
  // The default recipe of encoders with weights; those without take no option of training.
  const recipe = method === undefined && plan['steps'] !== undefined;
  const templates = plan['label_template'];
  return named || recipe || (templates?.is === 'word' && templates.word === 'auto');
}

/** No method, and so few steps that it is soon done. */
export function recipe(d: Decisions): Plan {
  return {
    steps: ints(1, 2, 3),
    learning_rate: d.chance('learning_rate', 0.3) ? floats(1e-3, 1e-4) : undefined,
  };
}

/** The method, and options of which each changes something. */
export function training(d: Decisions): Plan {
  const name = d.pick('trainer', trainers);
  const pairs = name === 'contrastive';
  const given = (option: string, term: Term): Term | undefined => (d.chance(option, 0.3) ? term : undefined);
  // Without any of these it would be 20 passes, or 200 steps.
  const byPasses = d.chance('passes', 0.4);
  return {
    method: { is: 'call', name, arguments: argumentsOf(name, byPasses, d) },
    steps: byPasses ? undefined : ints(1, 2, 3),
    epochs: byPasses && !pairs ? ints(1, 2) : undefined,
    train: given('train', part(name, d)),
    batch_size: given('batch_size', ints(2, 3, 8, 13, 21, 42)),
    learning_rate: given('learning_rate', floats(1e-3, 1e-4)),
    head_learning_rate: pairs ? undefined : given('head_learning_rate', floats(0.1, 0.01)),
    weight_decay: given('weight_decay', floats(0, 0.5, 1, 2)),
    warmup: given('warmup', shareOf(d, 'warmup')),
    schedule: given('schedule', words('linear', 'cosine', 'constant')),
    dropout: given('dropout', shareOf(d, 'dropout')),
    label_smoothing: pairs ? undefined : given('label_smoothing', shareOf(d, 'label_smoothing')),
  };
}

function argumentsOf(name: Trainer, byPasses: boolean, d: Decisions): readonly (readonly [string, Term])[] {
  switch (name) {
    case 'contrastive': {
      const losses = words('cosine', 'supervised_contrastive', 'triplet', 'multiple_negatives');
      return [
        ...(byPasses ? [['iterations', ints(1, 2)] as const] : []),
        ...(d.chance('loss', 0.5) ? [['loss', losses] as const] : []),
      ];
    }
    case 'lora':
      return d.chance('rank', 0.5) ? [['rank', ints(1, 2, 3)]] : [];
    case 'full':
    case 'bitfit':
      return [];
    default:
      return name satisfies never;
  }
}

/** Only `full` has something left to train without the encoder. */
function part(name: Trainer, d: Decisions): Term {
  const parts = ['all', 'layers', ...(name === 'full' ? ['head'] : [])];
  const chosen = d.pick('part', parts);
  return { is: 'call', name: chosen, arguments: chosen === 'layers' ? [['count', ints(...layers)]] : [] };
}

function floats(...values: readonly number[]): Term {
  return { is: 'choice', values: values.map((value) => ({ type: 'float', value })) };
}

function shareOf(d: Decisions, option: string): Term {
  const type = d.chance(`${option} as share`, 0.5) ? 'share' : 'float';
  return { is: 'choice', values: [0.1, 0.2, 0.5].map((value) => ({ type, value })) };
}

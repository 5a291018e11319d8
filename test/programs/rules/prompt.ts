// What makes a generated `prompt` right: options that need each other, and the labels of the rows.
import type { Decisions } from '../decisions.ts';
import { call, text } from '../nodes.ts';
import { datasetOf, type Plan, type Rules, type Sketch } from '../sketch.ts';
import { expression, ints, string, strings, words, type Term } from '../terms.ts';
import { templateFile, variable } from '../surroundings.ts';

export const prompt: Rules = {
  accepts: (_, { facts }) =>
    facts.type === 'dataset' &&
    facts.role === 'pool' &&
    facts.prompt === undefined &&
    !facts.mixed &&
    (facts.part === 'train' || facts.part === 'unlabelled' || facts.part === 'whole'),
  planned: ['template', 'verbalizer', 'label_template', 'demonstrations', 'select', 'calibrate'],
  plan: (sketch, d) => planned(sketch, d),
  facts(_, sketch, plan) {
    const from = datasetOf(sketch, 'from');
    if (from === undefined) return undefined;
    const texts = plan['label_template'] !== undefined;
    return { ...from, perLabel: 0, rows: undefined, prompt: { by: sketch.name, texts, plain: !texts } };
  },
  random: (plan) => plan['demonstrations'] !== undefined && plan['select'] === undefined,
};

function planned(sketch: Sketch, d: Decisions): Plan {
  const from = datasetOf(sketch, 'from');
  const templates = ['Message: {text}', '{text}. What is it about?', 'A {{braced}} one: {text}'];
  const first = d.below('template', templates.length);
  const read: readonly Term[] = d.chance('read', 0.15)
    ? [expression(call('read', [[undefined, text(templateFile)]]))]
    : [];
  const count = 1 + d.below('templates', 2);
  const texts = from?.labelled === true && d.chance('label_template', 0.4);
  const shown = texts && (from?.perLabel ?? 0) >= 2 && d.chance('demonstrations', 0.3);
  return {
    template: {
      is: 'list',
      items: [
        ...Array.from({ length: count }, (_, i) => string(templates[(first + i) % templates.length] ?? '')),
        ...read,
      ],
    },
    label_template: texts
      ? {
          is: 'list',
          items: [
            d.pick('label text', [
              string('About {label}.'),
              string('This is {label}'),
              expression(text('A ', call('env', [[undefined, text(variable)]]), ' {label}')),
              expression(
                text(
                  'A ',
                  call('env', [
                    [undefined, text('FSL_UNSET')],
                    [undefined, text('plain')],
                  ]),
                  ' {label}',
                ),
              ),
            ]),
          ],
        }
      : undefined,
    verbalizer: texts && d.chance('verbalizer', 0.5) ? verbalizer(from.labels, d) : undefined,
    demonstrations: shown ? { is: 'per-label', count: ints(1) } : undefined,
    select: shown && d.chance('select', 0.4) ? words('nearest') : undefined,
  };
}

function verbalizer(labels: readonly string[], d: Decisions): Term {
  return {
    is: 'map',
    entries: labels.map((label) => [
      label,
      strings([label, `${label} desk`].slice(0, 1 + d.below(`words ${label}`, 2))),
    ]),
  };
}

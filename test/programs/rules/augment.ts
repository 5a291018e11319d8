// What makes a generated `augment` right: labels where they are mixed or measured, and folds that the rows suffice for.
import { maskedFolder } from '../surroundings.ts';
import { datasetOf, type Rules } from '../sketch.ts';
import type { Term } from '../terms.ts';
import { ints, share, string } from '../terms.ts';

export const augment: Rules = {
  accepts: (input, { facts }) =>
    input !== 'from' ||
    (facts.type === 'dataset' &&
      facts.role === 'pool' &&
      ['whole', 'train', 'unlabelled'].includes(facts.part)),
  planned: ['with', 'copies', 'gate', 'filter'],
  plan(sketch, d) {
    const from = datasetOf(sketch, 'from');
    const labelled = from?.labelled === true && !from.mixed;
    const changes = ['swap', 'delete', 'typos', 'insert', 'synonyms', 'fill', ...(labelled ? ['mixup'] : [])];
    const count = 1 + d.below('changes', 2);
    const items = Array.from({ length: count }, (_, i): Term => {
      const name = d.pick(`change ${i}`, changes);
      const rate: Term = { is: 'choice', values: [0.1, 0.2, 0.5].map((value) => ({ type: 'share', value })) };
      const alpha: Term = { is: 'choice', values: [0.5, 1].map((value) => ({ type: 'float', value })) };
      const given = d.chance(`argument ${i}`, 0.5);
      return {
        is: 'call',
        name,
        arguments: [
          ...(name === 'fill' ? [['model', string(`./${maskedFolder}`)] as const] : []),
          ...(given ? [name === 'mixup' ? (['alpha', alpha] as const) : (['rate', rate] as const)] : []),
        ],
      };
    });
    const folds: Term = {
      is: 'call',
      name: 'cv',
      arguments: [
        ['folds', ints(2)],
        ['repeats', ints(1)],
      ],
    };
    return {
      with: { is: 'list', items },
      copies: ints(1, 2),
      gate:
        labelled && from.part === 'train' && from.perLabel >= 2 && d.chance('gate', 0.1) ? folds : undefined,
      filter: d.chance('filter', 0.15)
        ? { is: 'call', name: 'similarity', arguments: [['min', share(0.1)]] }
        : undefined,
    };
  },
  facts(_, sketch, plan) {
    const from = datasetOf(sketch, 'from');
    if (from === undefined) return undefined;
    const items = plan['with']?.is === 'list' ? plan['with'].items : [];
    const mixed = items.some((item) => item.is === 'call' && item.name === 'mixup');
    // What it was drawn from keeps its draws: copies are of the same rows.
    return { ...from, perLabel: 0, rows: undefined, mixed: from.mixed || mixed };
  },
  random: () => true,
};

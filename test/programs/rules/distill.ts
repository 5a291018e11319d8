// What makes a generated `distill` right: teachers of the same labels, and rows that they can teach on.
import { datasetOf, modelsOf, type Rules } from '../sketch.ts';
import { words } from '../terms.ts';
import { trainingOptionNames } from './training.ts';

export const distill: Rules = {
  accepts(input, { facts }, sketch) {
    if (input === 'student') return facts.type === 'model';
    if (input === 'teacher') {
      const first = modelsOf(sketch, 'teacher')[0];
      return (
        facts.type === 'model' &&
        facts.capability === 'classifier' &&
        (first === undefined || first.labels.join() === facts.labels.join())
      );
    }
    const [teacher] = modelsOf(sketch, 'teacher');
    return (
      facts.type === 'dataset' &&
      facts.role === 'pool' &&
      ['whole', 'train', 'unlabelled'].includes(facts.part) &&
      !facts.mixed &&
      facts.prompt?.texts !== true &&
      facts.labels.every((label) => teacher?.labels.includes(label) === true)
    );
  },
  planned: ['match', 'alpha', ...trainingOptionNames],
  plan: (sketch, d) => ({
    match: d.chance('match', 0.2) ? { is: 'list', items: [words('logits')] } : undefined,
    alpha:
      datasetOf(sketch, 'from')?.labelled === true && d.chance('alpha', 0.5)
        ? { is: 'choice', values: [0.1, 0.5].map((value) => ({ type: 'share', value })) }
        : undefined,
  }),
  facts(part, sketch) {
    const from = datasetOf(sketch, 'from');
    const teachers = modelsOf(sketch, 'teacher');
    const inherited = [...teachers, ...modelsOf(sketch, 'student')].flatMap(({ draws }) => draws);
    if (from === undefined || part !== '') return undefined;
    return {
      type: 'model',
      capability: 'classifier',
      labels: teachers[0]?.labels ?? [],
      prompt: from.prompt?.by,
      draws: [...from.draws, ...inherited],
    };
  },
  random: () => true,
};

// What makes a generated `predict` right: a file of its own, rows with texts, and calibration rows of the model's labels.
import type * as Ast from '../../../src/parser/ast.ts';
import { reference, text } from '../nodes.ts';
import { datasetOf, modelsOf, type Rules } from '../sketch.ts';
import { expression, ints, type Term } from '../terms.ts';
import { apart } from '../things.ts';

export const predict: Rules = {
  accepts(input, { facts }, sketch) {
    if (input === 'model') return facts.type === 'model' && facts.capability === 'classifier';
    const [model] = modelsOf(sketch, 'model');
    if (facts.type !== 'dataset' || model === undefined) return false;
    if (facts.prompt !== undefined && facts.prompt.by !== model.prompt) return false;
    if (input === 'from') return true;
    return (
      facts.part === 'validation' &&
      facts.labelled &&
      !facts.mixed &&
      facts.labels.every((label) => model.labels.includes(label)) &&
      apart(facts.draws, model.draws)
    );
  },
  planned: ['to', 'top', 'neighbours', 'abstain'],
  plan(sketch, d) {
    const keys = sketch.axes.flatMap(({ name }): readonly (string | Ast.Expr)[] => ['-', reference(name)]);
    const to = text(`out/${sketch.name}`, ...keys, d.pick('format', ['.csv', '.parquet']));
    const least: readonly Term[] = [
      { is: 'value', value: { type: 'share', value: 0.4 } },
      { is: 'value', value: { type: 'float', value: 0.5 } },
    ];
    return {
      to: d.chance('to', 0.6) ? expression(to) : undefined,
      top: d.chance('top', 0.3) ? ints(1, 2) : undefined,
      neighbours: d.chance('neighbours', 0.3) ? ints(0, 1, 2) : undefined,
      abstain: d.chance('abstain', 0.2) ? d.pick('least', least) : undefined,
    };
  },
  facts(_, sketch) {
    const from = datasetOf(sketch, 'from');
    return from === undefined ? undefined : { ...from, role: 'inbox', labelled: false, labels: [] }; // to look at
  },
  random: () => false,
};

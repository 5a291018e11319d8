// What makes a generated `compare` right: metrics that all its reports have, and names that it knows.
import type * as Ast from '../../../src/parser/ast.ts';
import { binary, claim, literal, member, reference, text } from '../nodes.ts';
import type { Decisions } from '../decisions.ts';
import type { Plan, Rules, Sketch } from '../sketch.ts';
import { expression, word, words } from '../terms.ts';

export const compare: Rules = {
  accepts: (_, { facts }) => facts.type === 'report' && !facts.comparison,
  planned: ['metrics', 'baseline', 'test', 'require'],
  plan: (sketch, d) => planned(sketch, d),
  facts: (_, sketch) => ({ type: 'report', metrics: shared(sketch), unique: false, comparison: true }),
  random: (plan) => plan['test']?.is === 'word' && plan['test'].word === 'permutation',
};

function shared(sketch: Sketch): readonly string[] {
  const reports = sketch.inputs.get('of')?.things ?? [];
  const lists = reports.flatMap(({ facts }) => (facts.type === 'report' ? [facts.metrics] : []));
  return (lists[0] ?? []).filter((metric) => lists.every((metrics) => metrics.includes(metric)));
}

function planned(sketch: Sketch, d: Decisions): Plan {
  const names = sketch.inputs.get('of')?.names ?? [];
  const metrics = shared(sketch);
  const several = names.length > 1;
  const baseline = several && d.chance('baseline', 0.3) ? d.pick('which', names) : undefined;
  return {
    metrics: d.chance('metrics', 0.3)
      ? { is: 'list', items: metrics.slice(0, 1 + d.below('count', metrics.length)).map(word) }
      : undefined,
    baseline:
      baseline === undefined
        ? undefined
        : d.chance('quoted', 0.3)
          ? expression(text(baseline)) // a bare name would be the name itself
          : expression(reference(baseline)),
    test: d.chance('test', 0.5)
      ? d.pick('which test', [words('t', 'wilcoxon'), word('permutation')])
      : undefined,
    require: d.chance('require', 0.2) ? requirement(names, metrics[0] ?? '', d) : undefined,
  };
}

function requirement(names: readonly string[], metric: string, d: Decisions) {
  const [first = '', second] = names;
  const bound = literal({ type: 'float', value: 0.02 });
  const own: Ast.Expr = second === undefined ? reference(metric) : member(reference(first), metric);
  const other: Ast.Expr = second === undefined ? bound : member(reference(second), metric);
  const comparison = binary(d.pick('operator', ['>=', '<']), own, other);
  return expression(
    d.chance('at', 0.4) ? claim(comparison, { at: literal({ type: 'share', value: 0.95 }) }) : comparison,
  );
}

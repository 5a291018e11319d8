// What makes a generated `evaluate` right: rows that its model has not learnt from, and a requirement on what it measures.
import type * as Ast from '../../../src/parser/ast.ts';
import { episodeWords } from '../../../src/stages/episode-options.ts';
import { metricNames } from '../../../src/stages/metric-words.ts';
import type { Decisions } from '../decisions.ts';
import { binary, claim, literal, member, reference } from '../nodes.ts';
import { datasetOf, modelsOf, type Plan, type Rules, type Sketch } from '../sketch.ts';
import { expression, int, strings, word, words, type Term } from '../terms.ts';
import { apart } from '../things.ts';

const standard = ['accuracy', 'macro_f1', 'weighted_f1', 'mcc', 'ece'];

/** Numbers resamples, so that no two stages do the same work by chance. */
export interface Unique {
  next: number;
}

export function evaluateRules(unique: Unique): Rules {
  return {
    accepts(input, { facts }, sketch) {
      if (input === 'model') return facts.type === 'model' && facts.capability === 'classifier';
      const [model] = modelsOf(sketch, 'model');
      if (facts.type !== 'dataset' || model === undefined || !facts.labelled || facts.mixed) return false;
      const allowed = input === 'on' ? isTest(facts) : facts.part === 'validation';
      const on = datasetOf(sketch, 'on');
      return (
        allowed &&
        facts.labels.every((label) => model.labels.includes(label)) &&
        (facts.prompt === undefined || facts.prompt.by === model.prompt) &&
        apart(facts.draws, model.draws) &&
        (input === 'on' || (on !== undefined && apart(facts.draws, on.draws)))
      );
    },
    planned: [
      ...['metrics', 'bootstrap', 'overlap', 'slices', 'abstain', 'require', 'out_of_scope'],
      ...[...episodeWords, 'method'], // never: the rows of the world are too few for episodes, and its models have learnt their classes
    ],
    plan: (sketch, d) => planned(sketch, unique, d),
    facts: (_, _sketch, plan) => ({
      type: 'report',
      metrics: reported(plan),
      unique: true,
      comparison: false,
    }),
    random: () => true,
  };
}

function isTest({ part, role }: { readonly part: string; readonly role: string }): boolean {
  return part === 'test' || (part === 'whole' && role === 'held');
}

function measured(plan: Plan): readonly string[] {
  const metrics = plan['metrics'];
  if (metrics?.is !== 'list') return standard;
  return metrics.items.flatMap((item) => (item.is === 'word' ? [item.word] : []));
}

function reported(plan: Plan): readonly string[] {
  return [...measured(plan), ...(plan['abstain'] === undefined ? [] : ['coverage', 'selective_accuracy'])];
}

function planned(sketch: Sketch, unique: Unique, d: Decisions): Plan {
  unique.next += 1;
  const on = datasetOf(sketch, 'on');
  const start = d.below('metric', metricNames.length);
  const count = 1 + d.below('metrics', 3);
  const metrics = Array.from(
    { length: count },
    (_, i) => metricNames[(start + i) % metricNames.length] ?? '',
  );
  const slices = ['stars', 'author'].filter((column) => on?.columns.includes(column) === true);
  const plan: Plan = {
    metrics: d.chance('some metrics', 0.6) ? { is: 'list', items: metrics.map(word) } : undefined,
    bootstrap: int(5 + unique.next),
    overlap: d.chance('overlap', 0.2) ? words('refuse', 'drop') : undefined,
    slices: slices.length > 0 && d.chance('slices', 0.2) ? strings(slices) : undefined,
    abstain: d.chance('abstain', 0.2)
      ? d.pick<Term>('threshold', [
          { is: 'value', value: { type: 'share', value: 0.5 } },
          { is: 'value', value: { type: 'float', value: 0.4 } },
        ])
      : undefined,
  };
  return { ...plan, require: d.chance('require', 0.25) ? requirement(measured(plan), d) : undefined };
}

function requirement(metrics: readonly string[], d: Decisions): Term {
  const metric = d.pick('required', metrics);
  const own = reference(metric);
  const bound = literal({ type: 'float', value: d.pick('bound', [0.25, 0.75, 0.01]) });
  const baseline = member(reference(d.pick('baseline', ['majority', 'frozen_probe'])), metric);
  const forms: readonly Ast.Expr[] = [
    binary('>=', own, bound),
    binary('<', bound, own),
    claim(binary('>', own, bound), { at: literal({ type: 'share', value: 0.95 }) }),
    claim(binary('>', own, baseline), { by: bound }),
  ];
  return expression(d.pick('form', forms));
}

// A generated `tune`: a search with few trials over options of a `fine-tune` inside it, chosen by an `evaluate` there, whose
// `candidate` later stages use like any model.
import type * as Ast from '../../src/parser/ast.ts';
import type { Decisions } from './decisions.ts';
import { call, entryOf, literal, map, member, reference, stageOf, text } from './nodes.ts';
import { trainers } from './rules/training.ts';
import { spellTerm, type Axis, type Globals } from './spell.ts';
import { encoderFolder } from './surroundings.ts';
import { int, ints, word, type Term } from './terms.ts';
import { apart, refer, type DatasetFacts, type Referred, type Thing } from './things.ts';

export interface TunePlace {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly things: readonly Thing[];
  readonly globals: Globals;
}

export interface MadeTune {
  readonly stage: Ast.Stage;
  readonly thing: Thing;
}

type Entries = readonly (readonly [string, Ast.Expr])[];

/** What is searched for, and where its values go. */
interface Searched {
  readonly space: Entries;
  readonly choicesOnly: boolean;
  readonly options: Entries;
  readonly encoder?: string;
  /** Between the fold and what learns from it. */
  readonly augment: Entries | undefined;
}

/** Nothing where there are no rows to search with. */
export function makeTune({ name, axes, things, globals }: TunePlace, d: Decisions): MadeTune | undefined {
  const from = chosen(things, axes, d.at('from'), learnable);
  if (from === undefined) return undefined;
  const rows = from.thing.facts;
  const on = d.chance('give on', 0.25)
    ? chosen(things, axes, d.at('on'), (facts) => selectable(facts, rows))
    : undefined;
  // Without rows to choose with, each fold leaves one row of every label to learn from and one to be measured.
  if (on === undefined && (rows.grouped || rows.perLabel < 2)) return undefined;

  const decides = new Set([...from.thing.decides, ...(on?.thing.decides ?? [])]);
  const place = { axes, decides };
  const say = (term: Term, at: string): Ast.Expr => spellTerm(term, place, globals, d.at(at));
  const { space, choicesOnly, options, encoder = 'builtin:ngrams', augment } = searched(say, d);
  const [candidate, score, copies] = [`candidate_${name}`, `score_${name}`, `copies_${name}`];
  const aim = d.pick('aim', [
    ['maximize', 'macro_f1'],
    ['maximize', 'accuracy'],
    ['minimize', 'nll'],
  ] as const);
  const fold = (part: string): Ast.Expr => member(reference('fold'), part);
  const body = [
    ...(augment === undefined ? [] : [stage('augment', copies, [['from', fold('train')], ...augment])]),
    stage('fine-tune', candidate, [
      ['model', text(encoder)],
      ['from', augment === undefined ? fold('train') : reference(copies)],
      ...options,
    ]),
    stage('evaluate', score, [
      ['model', reference(candidate)],
      ['on', fold('validation')],
      ['metrics', reference(aim[1])],
      ...(d.chance('bootstrap', 0.3) ? [['bootstrap', literal({ type: 'int', value: 0 })] as const] : []),
    ]),
  ];
  const method = methodOf(choicesOnly, on !== undefined, d);
  const entries: Entries = [
    ['from', from.expr],
    ...(on === undefined ? [['folds', say(int(2), 'folds')] as const] : [['on', on.expr] as const]),
    ['search', map(space)],
    ['method', say(method, 'method')],
    [aim[0], member(reference(score), aim[1])],
    ...(d.chance('seed', 0.5) ? [['seed', say(ints(0, 1, 2, 3, 13, 21, 42), 'seed')] as const] : []),
  ];
  return {
    stage: { ...stage('tune', name, entries), body: d.chance('turned', 0.3) ? body.toReversed() : body },
    thing: {
      stage: name,
      kind: 'tune',
      part: candidate,
      axes,
      decides,
      partial: false,
      facts: {
        type: 'model',
        capability: 'classifier',
        labels: rows.labels,
        prompt: undefined,
        draws: [...rows.draws, ...(on?.thing.facts.draws ?? [])],
      },
    },
  };
}

function stage(kind: string, name: string, entries: Entries): Ast.Stage {
  return stageOf(
    kind,
    name,
    entries.map(([option, value]) => entryOf(option, value)),
  );
}

/** Rows of its own for each label, neither prompted nor copied. */
function learnable(facts: DatasetFacts): boolean {
  return (
    facts.labelled &&
    facts.role === 'pool' &&
    ['whole', 'train'].includes(facts.part) &&
    !facts.mixed &&
    facts.prompt === undefined &&
    facts.perLabel > 0
  );
}

function selectable(facts: DatasetFacts, from: DatasetFacts): boolean {
  return (
    facts.labelled &&
    facts.part === 'validation' &&
    !facts.mixed &&
    facts.prompt === undefined &&
    facts.labels.every((label) => from.labels.includes(label)) &&
    apart(facts.draws, from.draws)
  );
}

type Rows = Referred & { readonly thing: Thing & { readonly facts: DatasetFacts } };

function chosen(
  things: readonly Thing[],
  axes: readonly Axis[],
  d: Decisions,
  fits: (facts: DatasetFacts) => boolean,
): Rows | undefined {
  const fitting = things.flatMap((thing, i): readonly Rows[] => {
    if (thing.partial) return [];
    const referred = refer(thing, axes, d.at(`${i}`));
    const { facts } = referred.thing;
    if (facts.type !== 'dataset' || !fits(facts)) return [];
    return [{ expr: referred.expr, thing: { ...referred.thing, facts } }];
  });
  return fitting.length === 0 ? undefined : d.pick('which', fitting.toReversed());
}

function searched(say: (term: Term, at: string) => Ast.Expr, d: Decisions): Searched {
  const of = (name: string): Ast.Expr => member(reference('search'), name);
  const float = (value: number): Term => ({ is: 'value', value: { type: 'float', value } });
  const choice = (terms: readonly Term[], at: string): Ast.Expr =>
    call(
      'choice',
      terms.map((term, i) => [undefined, say(term, `${at} ${i}`)] as const),
    );
  const range = (name: string, low: Term, high: Term): Ast.Expr =>
    call(name, [
      [undefined, say(low, `${name} low`)],
      [undefined, say(high, `${name} high`)],
    ]);
  const head = (...args: Entries): Ast.Expr => call('head', args);
  const headTerm = (...args: readonly (readonly [string, Term])[]): Term => ({
    is: 'call',
    name: 'head',
    arguments: args,
  });
  const weighted = d.chance('weights', 0.3);
  const weights: Entries = weighted ? [['weights', choice([word('none'), word('balanced')], 'weights')]] : [];
  const weighting: Entries = weighted ? [['class_weights', of('weights')]] : [];
  switch (d.below('what', 6)) {
    case 1:
      return {
        space: [
          ...weights,
          [
            'how',
            choice(
              [
                headTerm(['kind', word('logistic')], ['c', float(0.5)]),
                headTerm(['kind', word('ridge')]),
                { is: 'call', name: 'prototype', arguments: [] },
              ],
              'how',
            ),
          ],
        ],
        choicesOnly: true,
        options: [['method', of('how')], ...weighting],
        augment: undefined,
      };
    case 2:
      return {
        space: [
          [
            'c',
            d.chance('log', 0.5)
              ? range('log_uniform', float(0.1), float(10))
              : range('uniform', float(0.5), float(2)),
          ],
          ...weights,
        ],
        choicesOnly: false,
        options: [['method', head(['c', of('c')])], ...weighting],
        augment: undefined,
      };
    case 3:
      return {
        space: [
          ['kind', choice([word('logistic'), word('ridge')], 'kind')],
          ['copies', range('int', int(1), int(2))],
        ],
        choicesOnly: false,
        options: [['method', head(['kind', of('kind')])]],
        augment: [
          ['with', call('swap', [])],
          ['copies', of('copies')],
        ],
      };
    case 4:
      return {
        space: [
          [
            'rate',
            choice(
              [0.1, 0.5].map((value): Term => ({ is: 'value', value: { type: 'share', value } })),
              'rate',
            ),
          ],
          ...weights,
        ],
        choicesOnly: true,
        options: weighting,
        augment: [['with', call('delete', [['rate', of('rate')]])]],
      };
    case 5:
      return {
        space: [
          ['rate', range('log_uniform', float(1e-4), float(1e-3))],
          ['drop', choice([float(0.1), float(0.2)], 'drop')],
          ...weights,
        ],
        choicesOnly: false,
        options: [
          ['method', say(word(d.pick('trainer', trainers)), 'trainer')],
          ['steps', say(ints(1, 2), 'steps')],
          ['learning_rate', of('rate')],
          ['dropout', of('drop')],
          ...weighting,
        ],
        encoder: `./${encoderFolder}`,
        augment: undefined,
      };
    default:
      return {
        space: [['c', choice([float(0.5), float(1), float(2)], 'c')], ...weights],
        choicesOnly: true,
        options: [['method', head(['c', of('c')])], ...weighting],
        augment: undefined,
      };
  }
}

function methodOf(choicesOnly: boolean, on: boolean, d: Decisions): Term {
  const trials = ints(2, 3, 4);
  const drawn = ['random', ...(on ? [] : ['halving']), 'tpe', ...(choicesOnly ? ['grid'] : [])];
  const name = d.pick('method', drawn);
  return { is: 'call', name, arguments: name === 'grid' ? [] : [['trials', trials]] };
}

// What makes a generated `load` right: options that suit the file, and conditions that leave enough rows.
import type * as Ast from '../../../src/parser/ast.ts';
import type { Decisions } from '../decisions.ts';
import { binary, literal, map as mapOf, not, int as intOf, reference, string as stringOf } from '../nodes.ts';
import type { Plan, Rules, Sketch } from '../sketch.ts';
import { expression, string, strings, word, type Term } from '../terms.ts';
import type { DatasetFacts } from '../things.ts';
import { sha256, teams, type Group, type Row } from '../world.ts';

interface Condition {
  readonly expr: Ast.Expr;
  readonly keeps: (row: Row) => boolean;
}

const stars = reference('stars');
const team = reference('team');
const conditions: readonly Condition[] = [
  { expr: binary('!=', stars, literal(intOf(3))), keeps: (row) => row.stars !== 3 },
  { expr: binary('>=', stars, literal(intOf(2))), keeps: (row) => row.stars >= 2 },
  { expr: not(binary('==', stars, literal(intOf(1)))), keeps: (row) => row.stars !== 1 },
  {
    expr: binary(
      'and',
      binary('!=', stars, literal(intOf(5))),
      binary('!=', team, literal(stringOf('nobody'))),
    ),
    keeps: (row) => row.stars !== 5,
  },
  {
    expr: binary(
      'or',
      binary('<', stars, literal(intOf(4))),
      binary('==', reference('author'), literal(stringOf('returns-0'))),
    ),
    keeps: (row) => row.stars < 4 || row.author === 'returns-0',
  },
];

const renamed: Readonly<Record<string, string>> = { billing: 'money', delivery: 'parcels', returns: 'back' };

export const load: Rules = {
  planned: [
    'format',
    'header',
    'delimiter',
    'pattern',
    'text',
    'label',
    'label_names',
    'id',
    'group',
    'time',
    'where',
    'limit',
    'checksum',
    // Of pictures.
    'image',
    'size',
    'fit',
    'channels',
  ],
  plan(sketch, d) {
    const group = groupOf(sketch);
    const columns = group.shape === 'columns';
    const labelled = group.role !== 'inbox';
    return {
      ...written(group, d),
      text: columns ? string(d.pick('text', ['body', '{subject}. {body}', '{body} ({number})'])) : undefined,
      label: labelled && columns ? string('team') : undefined,
      label_names:
        labelled && d.chance('label_names', 0.3)
          ? expression(mapOf(teams.map((name) => [name, literal(stringOf(renamed[name] ?? name))] as const)))
          : undefined,
      ...(columns && labelled ? ofColumns(d) : {}),
      limit: d.chance('limit', 0.2) ? { is: 'choice', values: [27, 30, 33].map(intOf) } : undefined,
      checksum:
        group.files.length === 1 && d.chance('checksum', 0.15)
          ? string(sha256(group.files[0]?.text ?? ''))
          : undefined,
    };
  },
  facts: (_, sketch, plan) => datasetFacts(sketch, plan),
  random: () => false,
};

function groupOf({ group }: Sketch): Group {
  if (group === undefined) throw new Error('a `load` without files');
  return group;
}

/** How the files are written, where their names do not say it. */
function written(group: Group, d: Decisions): Plan {
  const plan: Record<string, Term | undefined> = {};
  if (d.chance('format', 0.3)) plan['format'] = word(group.format);
  if (group.header !== undefined) plan['header'] = strings(group.header);
  else if (group.format === 'csv' && d.chance('header', 0.2))
    plan['header'] = { is: 'value', value: { type: 'bool', value: true } };
  if (group.delimiter !== undefined) plan['delimiter'] = string(group.delimiter);
  if (group.shape === 'lines') plan['pattern'] = string('{label} {text}');
  return plan;
}

function ofColumns(d: Decisions): Plan {
  const where = d.chance('where', 0.3) ? d.below('which', conditions.length) : undefined;
  return {
    id: d.chance('id', 0.2) ? string('number') : undefined,
    group: d.chance('group', 0.2) ? string('author') : undefined,
    time: d.chance('time', 0.1) ? string('number') : undefined,
    where: where === undefined ? undefined : expression(conditions[where]?.expr ?? stars),
  };
}

function datasetFacts(sketch: Sketch, plan: Plan): DatasetFacts {
  const group = groupOf(sketch);
  const where = plan['where'];
  const condition =
    where?.is === 'expression' ? conditions.find(({ expr }) => expr === where.expr) : undefined;
  const kept = condition === undefined ? group.rows : group.rows.filter((row) => condition.keeps(row));
  const rows = plan['limit'] === undefined ? kept : kept.slice(0, 27); // the least of what it may be
  const names = plan['label_names'] === undefined ? [...teams] : teams.map((name) => renamed[name] ?? name);
  const labelled = group.role !== 'inbox';
  const perLabel = labelled ? Math.min(...teams.map((name) => count(rows, name))) : 0;
  const columns =
    group.shape === 'lines' ? ['label', 'text'] : ['number', 'subject', 'body', 'team', 'stars', 'author'];
  return {
    type: 'dataset',
    part: 'whole',
    role: group.role,
    labelled,
    labels: labelled ? names : [],
    perLabel,
    rows: plan['limit'] === undefined ? rows : undefined,
    columns: group.role === 'inbox' ? ['number', 'subject', 'body'] : columns,
    grouped: plan['group'] !== undefined,
    prompt: undefined,
    mixed: false,
    draws: [{ group: group.name, by: sketch.name, axes: [], chosen: new Map() }],
  };
}

function count(rows: readonly Row[], name: string): number {
  return rows.filter(({ team: own }) => own === name).length;
}

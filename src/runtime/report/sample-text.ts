// A value that an option would take, as it is written in a program: its default, else one made up from its declaration.
import type { CallDeclaration, Option, OptionKind } from '../../stages/option.ts';
import { valueText } from './option-text.ts';
import { figureOf } from './value-text.ts';

export function sampleText({ kind, fallback }: Option<unknown>): string {
  // A default is plain data, as the declaration has it.
  return fallback === undefined ? sampleOf(kind) : valueText(kind, fallback);
}

function sampleOf(kind: OptionKind): string {
  switch (kind.type) {
    case 'int':
      return String(kind.min ?? 1);
    case 'float':
      return figureOf(kind.min ?? (kind.above ?? 0) + 0.5);
    case 'share':
      return '10%';
    case 'bool':
      return 'true';
    case 'string':
    case 'name':
      return '"text"';
    case 'duration':
      return '30m';
    case 'size':
      return '8GB';
    case 'word':
      return Object.keys(kind.words)[0] ?? '"word"';
    case 'column':
      return '"label"';
    case 'template':
      return '"{title}. {text}"';
    case 'count':
      return '8 per label';
    case 'deviation':
      return '2 sd';
    case 'condition':
      return 'stars != 3';
    case 'requirement':
      return `${kind.metrics[0] ?? 'metric'} >= 0.75`;
    case 'output-path':
      return '"results/out.csv"';
    case 'call':
      return callSample(kind.calls);
    case 'list':
      return `[${sampleOf(kind.of)}]`;
    case 'map':
      return `{ name: ${sampleOf(kind.of)} }`;
    case 'record': {
      const fields = Object.entries(kind.fields).map(([name, option]) => `${name}: ${sampleText(option)}`);
      return `{ ${fields.join(', ')} }`;
    }
    case 'space':
      return 'uniform(0.1, 0.9)';
    case 'objective':
      return 'score.macro_f1';
    case 'model':
      return '"./model"';
    case 'secret':
      return 'secret("NAME")';
    case 'either':
      return kind.kinds[0] === undefined ? '""' : sampleOf(kind.kinds[0]);
    default:
      return kind satisfies never;
  }
}

function callSample(calls: Readonly<Record<string, CallDeclaration>>): string {
  const [first] = Object.entries(calls);
  if (first === undefined) return '""';
  const [name, declaration] = first;
  const needed = Object.entries(declaration.arguments).filter(([, { required }]) => required);
  const given = needed.map(([argument, option]) => `${argument}: ${sampleText(option)}`);
  return given.length === 0 ? name : `${name}(${given.join(', ')})`;
}

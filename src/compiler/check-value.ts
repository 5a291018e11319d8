// A value that came from a name, a parameter or a literal, checked against what an option takes.
import type * as Ast from '../parser/ast.ts';
import { Diagnostics } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import type { OptionKind } from '../stages/option.ts';
import type { Json } from '../stages/value.ts';
import type { Program } from './program.ts';
import { describe, type Value } from './value.ts';

export function checkValue(
  value: Value,
  kind: OptionKind,
  expr: Ast.Expr,
  program: Program,
): Json | undefined {
  const wrong = (expected: string): undefined => {
    wrongType(expr, expected, value, program);
    return undefined;
  };
  switch (kind.type) {
    case 'int':
      if (value.type !== 'int') return wrong('a whole number');
      return withinBounds(value.value, kind, expr, program);
    case 'float':
      if (value.type !== 'int' && value.type !== 'float') return wrong('a number');
      return withinBounds(value.value, kind, expr, program);
    case 'share':
      if (value.type !== 'share') return wrong('a share such as `10%`');
      return withinBounds(value.value, { min: 0, max: 1, ...kind }, expr, program, (n) => `${n * 100}%`);
    case 'duration':
      return value.type === 'duration' ? value.value : wrong('a duration such as `30s` or `5m`');
    case 'size':
      return value.type === 'size' ? value.value : wrong('a size such as `512MB`');
    case 'bool':
      return value.type === 'bool' ? value.value : wrong('`true` or `false`');
    case 'string':
      return value.type === 'string' ? value.value : wrong('a text in quotes');
    case 'column':
      return value.type === 'string' ? value.value : wrong('the name of a column, in quotes');
    case 'template':
      return value.type === 'string' ? value.value : wrong('a text, such as "{title}. {description}"');
    case 'name':
      return value.type === 'string' ? value.value : wrong('a name');
    case 'output-path':
      return value.type === 'string' ? value.value : wrong('a path in quotes');
    case 'word': {
      const words = Object.keys(kind.words);
      if (value.type !== 'string') return wrong(`one of ${listWords(words)}`);
      return words.includes(value.value) ? value.value : unknownWord(expr, value.value, words, program);
    }
    case 'list': {
      const items = (value.type === 'list' ? value.items : [value]).map((item) =>
        checkValue(item, kind.of, expr, program),
      );
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'map': {
      if (value.type !== 'map') return wrong('a map such as `{ key: value }`');
      const entries = value.entries.map(
        ([key, item]) => [key, checkValue(item, kind.of, expr, program)] as const,
      );
      return entries.every(([, item]) => item !== undefined)
        ? entries.map(([key, item]) => [key, item ?? null])
        : undefined;
    }
    case 'either': {
      for (const alternative of kind.kinds) {
        const diagnostics = new Diagnostics();
        const result = checkValue(value, alternative, expr, { ...program, diagnostics });
        if (result !== undefined) return result;
      }
      return wrong('another value');
    }
    case 'count':
    case 'deviation':
    case 'call':
    case 'condition':
    case 'requirement':
    case 'record':
    case 'space':
    case 'objective':
    case 'model':
      return wrong('something that is written in place');
    case 'secret':
      return value.type === 'secret' ? { $secret: value.name } : wrong('`secret("NAME")`');
    default:
      return kind satisfies never;
  }
}

function withinBounds(
  value: number,
  bounds: { readonly min?: number; readonly max?: number; readonly above?: number },
  expr: Ast.Expr,
  program: Program,
  show: (value: number) => string = String,
): number | undefined {
  const { min, max, above } = bounds;
  const inside =
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above);
  if (inside) return value;
  const parts = [
    ...(above === undefined ? [] : [`above ${show(above)}`]),
    ...(min === undefined ? [] : [`at least ${show(min)}`]),
    ...(max === undefined ? [] : [`at most ${show(max)}`]),
  ];
  program.diagnostics.add({
    code: 'out-of-range',
    message: `${show(value)} is out of range: it must be ${parts.join(' and ')}`,
    span: expr.span,
  });
  return undefined;
}

export function unknownWord(
  expr: Ast.Expr,
  word: string,
  words: readonly string[],
  program: Program,
): undefined {
  const near = suggest(word, words);
  program.diagnostics.add({
    code: 'unknown-word',
    message: `\`${word}\` is not one of ${listWords(words)}`,
    span: expr.span,
    ...(near === undefined
      ? {}
      : { hint: `did you mean \`${near}\`?`, fix: { span: expr.span, text: near } }),
  });
  return undefined;
}

export function wrongType(expr: Ast.Expr, expected: string, found: Value, program: Program): void {
  const hint =
    (expected.startsWith('a share') && (found.type === 'int' || found.type === 'float')) ||
    (expected.startsWith('a count') && found.type === 'float' && found.value < 1)
      ? `a share is written with a percent sign: \`${Number((found.value * (found.value <= 1 ? 100 : 1)).toPrecision(6))}%\``
      : found.type === 'secret'
        ? 'only an option that takes a secret may have one, so that its value stays out of keys, logs and results'
        : undefined;
  program.diagnostics.add({
    code: 'wrong-type',
    message: `expected ${expected}, found ${describe(found)}`,
    span: expr.span,
    ...(hint === undefined ? {} : { hint }),
  });
}

export function listWords(words: readonly string[]): string {
  const shown = words.slice(0, 24).map((word) => `\`${word}\``);
  if (words.length > shown.length) shown.push('…');
  return shown.join(', ');
}

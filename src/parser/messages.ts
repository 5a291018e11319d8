// A parser error -> our own words: what was expected, what stands there, how to mend it. No text of chevrotain reaches a user.
import type { IRecognitionException } from 'chevrotain';
import type { Problem } from './diagnostic.ts';
import type { Source, Span } from './source.ts';
import { declarationAdvice } from './other-languages.ts';
import * as t from './tokens.ts';
import type { Token } from './tokens.ts';

export interface Misfit {
  /** Index of the token that does not fit; the number of tokens where they end too early. */
  readonly at: number;
  /** Names of the token types that would have fitted; none where the text should have ended. */
  readonly expected: readonly string[];
  /** The rule that was being read. */
  readonly rule: string;
}

export function misfitOf(error: IRecognitionException, tokens: readonly Token[]): Misfit {
  const at = tokens.findIndex((token) => token === error.token);
  const stack = error.context.ruleStack;
  return {
    at: at === -1 ? tokens.length : at,
    expected: error.message === '' ? [] : error.message.split(' '),
    rule: stack[stack.length - 1] ?? '',
  };
}

/** What is being read, for the words of the message. */
export interface Reading {
  readonly source: Source;
  readonly tokens: readonly Token[];
  /** The kind of block around it. */
  readonly container: string;
  /** Where to point when there is no token at all. */
  readonly fallback: number;
}

export function problemOf(misfit: Misfit, reading: Reading): Problem {
  const { source, tokens, fallback } = reading;
  const found = tokens[misfit.at];
  const previous = tokens[misfit.at - 1];
  const end = previous === undefined ? fallback : t.endOf(previous);
  const span: Span =
    found === undefined
      ? { source, start: end, end }
      : { source, start: found.startOffset, end: t.endOf(found) };
  const wanted = wantedOf(misfit, reading);
  const after = previous === undefined || previous.image === '' ? '' : ` after \`${brief(previous)}\``;
  const stands = found === undefined || found.image === '' ? '' : `, not \`${brief(found)}\``;
  const hint = hintOf(misfit, reading);
  return {
    code: 'unexpected-text',
    message: `expected ${wanted}${after}${stands}`,
    span,
    ...(hint === undefined ? {} : { hint }),
  };
}

function brief(token: Token): string {
  const line = token.image.split('\n', 1)[0] ?? '';
  const short = line.length > 24 ? `${line.slice(0, 23)}…` : line;
  return short.replaceAll('`', "'");
}

const signs: Readonly<Record<string, string>> = {
  LCurly: '`{`',
  RCurly: '`}`',
  LSquare: '`[`',
  RSquare: '`]`',
  LRound: '`(`',
  RRound: '`)`',
  Colon: '`:`',
  Assign: '`=`',
  More: '`>`',
  In: '`in`',
  As: '`as`',
  Then: '`then`',
  Else: '`else`',
  Label: '`label`',
  Key: 'a key such as `seed:`',
  NumberLiteral: 'a number',
  Number: 'a number',
  String: 'a string',
};

const names: Readonly<Record<string, string>> = {
  param: 'the name of the parameter',
  let: 'a name',
  import: 'a name for the import',
  each: 'the name of the variable',
  defaults: 'a stage kind',
  target: 'the name of the target',
  stage: 'the name of the stage',
  access: 'the name of a part',
};

function wantedOf({ expected, rule }: Misfit, { tokens, container }: Reading): string {
  switch (rule) {
    case 'operand':
    case 'expression':
    case 'conditional':
    case 'named':
      if (expected.length !== 1 || expected[0] === 'Identifier') return 'a value';
      break;
    case 'type':
      if (expected.length !== 1) return 'a type';
      break;
    case 'declaration':
      return container === 'body' ? 'an option or a stage' : 'a declaration';
    case 'list':
      return '`,` or `]`';
    case 'arguments':
      return '`,` or `)`';
    case 'quoted':
      return 'a string';
    default:
  }
  const [only] = expected;
  if (expected.length === 1 && only === 'Identifier') return names[rule] ?? 'a name';
  if (expected.length === 1 && only !== undefined && signs[only] !== undefined) {
    return rule === 'access' && only === 'RSquare' ? '`,` or `]`' : signs[only];
  }
  if (expected.length > 0) return 'something else';
  const isEntry = tokens[1]?.tokenType === t.Colon;
  if (isEntry)
    return container === 'body' || container === 'file'
      ? 'the next option or `}`'
      : '`,`, the next key or `}`';
  return 'the next declaration';
}

function hintOf({ at, expected, rule }: Misfit, { tokens, container }: Reading): string | undefined {
  const found = tokens[at];
  const previous = tokens[at - 1];
  const type = found?.tokenType;
  if (expected.length === 0 && (type === t.Comma || previous?.tokenType === t.Comma))
    return 'several values are a list: `[a, b]`';
  if (type === t.Assign && (expected.length === 0 || expected[0] === 'Colon'))
    return 'equality is written `==`';
  const [start] = tokens.filter(({ tokenType }) => tokenType !== t.DeclarationStart);
  const advice =
    rule === 'stage' || rule === 'declaration' ? declarationAdvice(start?.image ?? '') : undefined;
  if (advice !== undefined) return advice;
  if (expected[0] === 'Key' && tokens[at + 1]?.tokenType === t.Assign)
    return `in a program it is \`${found?.image ?? 'seed'}: …\`; \`=\` is for the command line`;
  if (type === t.Colon && expected[0] === 'Assign') return 'write `=`; `:` is for options';
  if (type === t.Pipe) return 'write `or`';
  const beside = [previous?.tokenType, tokens[at + 1]?.tokenType];
  if (type === t.Divide && beside.includes(t.Divide)) return 'comments start with `#`';
  if (type === t.LRound && expected.length === 0)
    return 'only a plain name can be called: `name(argument: value)`';
  if (rule === 'stage' && container !== 'options') return 'a stage is written `kind name { option: value }`';
  if (rule === 'declaration' || expected[0] === 'DeclarationStart') {
    return container === 'body'
      ? 'an option is written `name: value`'
      : 'declarations are `param`, `let`, `each`, `when`, `defaults`, `target`, `import`, `use` and stages: `kind name { … }`';
  }
  if (expected[0] === 'Key') return 'instances are selected by key: `score[seed: 13]`';
  if (rule === 'list' || rule === 'arguments') return 'commas stand between the elements of `[]` and `()`';
  if (expected.length === 0 && found !== undefined && tokens[1]?.tokenType === t.Colon) {
    return 'an option has one value; text stands in double quotes';
  }
  return undefined;
}

// The canonical text of an expression, for messages and reports. Reading it again gives the same tree.
import type * as Ast from './ast.ts';
import { binaryPrecedence, chains, prefixPrecedence } from './operators.ts';
import { durationUnits, sizeUnits } from './read-number.ts';

/** A hole is written `…`, which is no expression. */
export function printExpr(expr: Ast.Expr): string {
  switch (expr.node) {
    case 'literal':
      return printLiteral(expr);
    case 'text':
      return printText(expr);
    case 'reference':
      return expr.forced ? `(${expr.name.text})` : expr.name.text;
    case 'member':
      return `${printObject(expr.object)}.${expr.name.text}`;
    case 'select':
      return `${printObject(expr.object)}[${expr.keys.map(printKey).join(', ')}]`;
    case 'call':
      return `${expr.callee.text}(${expr.arguments.map(printArgument).join(', ')})`;
    case 'list':
      return `[${expr.items.map(printExpr).join(', ')}]`;
    case 'map':
      return expr.entries.length === 0 ? '{}' : `{ ${expr.entries.map(printEntry).join(', ')} }`;
    case 'unary':
      return printUnary(expr);
    case 'binary':
      return printBinary(expr);
    case 'conditional':
      return printConditional(expr);
    case 'per-label':
      return `${printOperand(expr.count, suffixed)} per label`;
    case 'deviations':
      return `${printOperand(expr.count, suffixed)} sd`;
    case 'claim':
      return printClaim(expr);
    case 'hole':
      return '…';
    default:
      return expr satisfies never;
  }
}

const identifier = /^[A-Za-z_]\w*(?:-[A-Za-z]\w*)*$/;
const reserved = new Set(['true', 'false', 'null', 'and', 'or', 'not', 'if', 'then', 'else']);

function isName(text: string): boolean {
  return identifier.test(text) && !reserved.has(text);
}

/** How tightly an expression holds together: an operand that holds less than its operator needs parentheses. */
const suffixed = 0.5;
const atomic = 9;

function tightness(expr: Ast.Expr): number {
  switch (expr.node) {
    case 'conditional':
    case 'per-label':
    case 'deviations':
    case 'claim':
      return 0;
    case 'binary':
      return binaryPrecedence[expr.operator];
    case 'unary':
      return prefixPrecedence[expr.operator];
    case 'literal':
    case 'text':
    case 'reference':
    case 'member':
    case 'select':
    case 'call':
    case 'list':
    case 'map':
    case 'hole':
      return atomic;
    default:
      return expr satisfies never;
  }
}

function printOperand(expr: Ast.Expr, least: number): string {
  const text = printExpr(expr);
  return tightness(expr) >= least ? text : `(${text})`;
}

/** Parts are taken of names and calls; of anything else in parentheses. */
function printObject(expr: Ast.Expr): string {
  const plain = ['reference', 'member', 'select', 'call'].includes(expr.node);
  return plain ? printExpr(expr) : `(${printExpr(expr)})`;
}

function printUnary({ operator, operand }: Ast.Unary): string {
  if (operator === 'not') return `not ${printOperand(operand, prefixPrecedence.not)}`;
  const text = printOperand(operand, prefixPrecedence['-']);
  return text.startsWith('-') ? `- ${text}` : `-${text}`;
}

/** Operators group to the left; `not` on the right of one would take in what follows, so it stands in parentheses there. */
function printBinary({ operator, left, right }: Ast.Binary): string {
  const level = binaryPrecedence[operator];
  const first = printOperand(left, chains(operator) ? level : level + 1);
  const second = printOperand(right, level + 1);
  return operator === '..' ? `${first}..${second}` : `${first} ${operator} ${second}`;
}

function printConditional({ condition, then, otherwise }: Ast.Conditional): string {
  const last =
    otherwise.node === 'conditional' ? printConditional(otherwise) : printOperand(otherwise, suffixed);
  return `if ${printOperand(condition, suffixed)} then ${printOperand(then, suffixed)} else ${last}`;
}

function printClaim({ comparison, by, at }: Ast.Claim): string {
  const margin = by === undefined ? '' : ` by ${printOperand(by, suffixed)}`;
  const confidence = at === undefined ? '' : ` at ${printOperand(at, suffixed)}`;
  return `${printOperand(comparison, suffixed)}${margin}${confidence}`;
}

function printArgument({ name, value }: Ast.Argument): string {
  return name === undefined ? printExpr(value) : `${name.text}: ${printExpr(value)}`;
}

function printKey({ name, value }: Ast.Entry): string {
  return `${name.text}: ${printExpr(value)}`;
}

function printEntry({ name, value }: Ast.Entry): string {
  return `${isName(name.text) ? name.text : quote(name.text)}: ${printExpr(value)}`;
}

/** A `$` in front of `${…}` would make it text, so it is written as its escape. */
function printText({ parts }: Ast.Text): string {
  const inner = parts.map((part, i) => {
    if (typeof part !== 'string') return `\${${printExpr(part)}}`;
    const text = escapeText(part);
    const exposed = text.endsWith('$') && parts[i + 1] !== undefined;
    return exposed ? `${text.slice(0, -1)}\\u0024` : text;
  });
  return `"${inner.join('')}"`;
}

function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

function escapeText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('${', () => '$${');
}

function printLiteral({ type, value }: Ast.Literal): string {
  if (typeof value !== 'number') return String(value);
  switch (type) {
    case 'share':
      return `${decimal(value, 2)}%`;
    case 'duration':
      return withUnit(value, durationUnits);
    case 'size':
      return withUnit(value, sizeUnits);
    case 'float':
      return Number.isInteger(value) && !String(value).includes('e') ? `${value}.0` : String(value);
    case 'int':
    case 'bool':
    case 'null':
      return String(value);
    default:
      return type satisfies never;
  }
}

/** In the largest unit of which it is a whole number, else in the smallest. */
function withUnit(value: number, units: Readonly<Record<string, number>>): string {
  const [smallest = ['', 1], ...larger] = Object.entries(units);
  const fitting = larger.filter(([, size]) => value >= size && Number.isInteger(value / size));
  const [unit, size] = fitting[fitting.length - 1] ?? smallest;
  return `${decimal(value / size, 0)}${unit}`;
}

/** A number times a power of ten, moved in the decimal text so that nothing is rounded. */
function decimal(value: number, shift: number): string {
  if (value === 0) return '0';
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [lead = '0', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) + shift;
  const digits = lead + fraction;
  if (power >= 21 || power < -7) return `${mantissa}e${power}`;
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const rest = digits.slice(power + 1);
  return rest === '' ? whole : `${whole}.${rest}`;
}

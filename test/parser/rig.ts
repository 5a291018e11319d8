// Input text -> expected text: the tree of a program, fully bracketed, and what is wrong with it.
import { readFileSync } from 'node:fs';
import type * as Ast from '../../src/parser/ast.ts';
import { parse } from '../../src/parser/parse.ts';

export const example = readFileSync(new URL('./example.fsl', import.meta.url), 'utf8');

/** One line per declaration and option, blocks indented. */
export function treeOf(text: string): string {
  return treeText(parse({ path: 'test.fsl', text }).file);
}

export function treeText({ declarations }: Ast.File): string {
  return declarations.map((declaration) => declarationText(declaration, '')).join('');
}

/** `line:column-column code: message`, and the hint behind `; `. */
export function mistakesOf(text: string): string {
  const { diagnostics } = parse({ path: 'test.fsl', text });
  return diagnostics
    .map(({ code, message, hint, span: { start, end } }) => {
      const before = text.slice(0, start).split('\n');
      const column = (before[before.length - 1]?.length ?? 0) + 1;
      const place = `${before.length}:${column}-${column + end - start}`;
      return `${place} ${code}: ${message}${hint === undefined ? '' : `; ${hint}`}\n`;
    })
    .join('');
}

/** The tree of `let it = …`, which must be without mistakes. */
export function expressionOf(text: string): Ast.Expr {
  const { file, diagnostics } = parse({ path: 'test.fsl', text: `let it = ${text}` });
  const [declaration] = file.declarations;
  if (declaration?.node !== 'let' || file.declarations.length > 1 || diagnostics.length > 0) {
    throw new Error(`not one expression: ${text}\n${diagnostics.map(({ message }) => message).join('\n')}`);
  }
  return declaration.value;
}

export function exprText(expr: Ast.Expr): string {
  switch (expr.node) {
    case 'literal':
      return ['int', 'bool', 'null'].includes(expr.type) ? String(expr.value) : `${expr.type}(${expr.value})`;
    case 'text':
      return expr.parts.length === 1 && typeof expr.parts[0] === 'string'
        ? JSON.stringify(expr.parts[0])
        : `text(${expr.parts.map((part) => (typeof part === 'string' ? JSON.stringify(part) : exprText(part))).join(' ')})`;
    case 'reference':
      return expr.forced ? `forced(${expr.name.text})` : expr.name.text;
    case 'member':
      return `${exprText(expr.object)}.${expr.name.text}`;
    case 'select':
      return `${exprText(expr.object)}[${expr.keys.map(entryText).join(', ')}]`;
    case 'call':
      return `${expr.callee.text}(${expr.arguments.map(argumentText).join(', ')})`;
    case 'list':
      return `[${expr.items.map(exprText).join(', ')}]`;
    case 'map':
      return `{${expr.entries.map(entryText).join(', ')}}`;
    case 'unary':
      return `(${expr.operator} ${exprText(expr.operand)})`;
    case 'binary':
      return `(${exprText(expr.left)} ${expr.operator} ${exprText(expr.right)})`;
    case 'conditional':
      return `(if ${exprText(expr.condition)} then ${exprText(expr.then)} else ${exprText(expr.otherwise)})`;
    case 'per-label':
      return `(${exprText(expr.count)} per label)`;
    case 'deviations':
      return `(${exprText(expr.count)} sd)`;
    case 'claim': {
      const by = expr.by === undefined ? '' : ` by ${exprText(expr.by)}`;
      const at = expr.at === undefined ? '' : ` at ${exprText(expr.at)}`;
      return `(${exprText(expr.comparison)}${by}${at})`;
    }
    case 'hole':
      return '<missing>';
    default:
      return expr satisfies never;
  }
}

function argumentText({ name, value }: Ast.Argument): string {
  return name === undefined ? exprText(value) : `${name.text}: ${exprText(value)}`;
}

function entryText({ name, value }: Ast.Entry): string {
  return `${name.text}: ${exprText(value)}`;
}

function typeText(type: Ast.TypeExpr): string {
  switch (type.node) {
    case 'named-type':
      return type.name.text;
    case 'list-type':
      return `list<${typeText(type.of)}>`;
    case 'enum-type':
      return type.values.map(exprText).join(' | ');
    case 'hole':
      return '<missing>';
    default:
      return type satisfies never;
  }
}

function declarationText(declaration: Ast.Declaration, indent: string): string {
  const inner = `${indent}  `;
  const block = (entries: readonly Ast.Entry[], body: readonly Ast.Declaration[] = []): string =>
    entries.map((entry) => `${inner}${entryText(entry)}\n`).join('') +
    body.map((child) => declarationText(child, inner)).join('');
  const doc = 'doc' in declaration && declaration.doc !== undefined ? `${indent}# ${declaration.doc}\n` : '';
  const name = (text: string): string => (text === '' ? '<missing>' : text);
  switch (declaration.node) {
    case 'version':
      return `${indent}fsl ${declaration.number}\n`;
    case 'param': {
      const { fallback, domain } = declaration;
      const value = fallback === undefined ? '' : ` = ${exprText(fallback)}`;
      const range = domain === undefined ? '' : ` in ${exprText(domain)}`;
      return `${doc}${indent}param ${name(declaration.name.text)}: ${typeText(declaration.type)}${value}${range}\n`;
    }
    case 'let':
      return `${doc}${indent}let ${name(declaration.name.text)} = ${exprText(declaration.value)}\n`;
    case 'import':
      return `${indent}import ${exprText(declaration.path)} as ${name(declaration.name.text)}\n${block(declaration.entries)}`;
    case 'use':
      return `${indent}use ${exprText(declaration.package)}\n`;
    case 'stage': {
      const { kind, entries, body } = declaration;
      return `${doc}${indent}${kind.text} ${name(declaration.name.text)}\n${block(entries, body)}`;
    }
    case 'each': {
      const { variable, list, body } = declaration;
      return `${indent}each ${name(variable.text)} in ${exprText(list)}\n${block([], body)}`;
    }
    case 'when': {
      const otherwise =
        declaration.otherwise.length === 0 ? '' : `${indent}else\n${block([], declaration.otherwise)}`;
      return `${indent}when ${exprText(declaration.condition)}\n${block([], declaration.then)}${otherwise}`;
    }
    case 'defaults':
      return `${indent}defaults ${name(declaration.kind.text)}\n${block(declaration.entries)}`;
    case 'target':
      return `${indent}target ${name(declaration.name.text)} = ${exprText(declaration.stages)}\n`;
    default:
      return declaration satisfies never;
  }
}

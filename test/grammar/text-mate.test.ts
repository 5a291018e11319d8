// What editors colour is what the parser reads: kinds, names, options, literals and comments at the same places.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type * as Ast from '../../src/parser/ast.ts';
import { createLex } from '../../src/parser/lex.ts';
import { parse } from '../../src/parser/parse.ts';
import { openGrammar, type ScopedToken, type Tokenize } from './text-mate.ts';

const root = join(import.meta.dirname, '..', '..');
let tokenize: Tokenize;
beforeAll(async () => {
  tokenize = await openGrammar();
});

const programs = ['pipelines', 'test/parser']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.fsl'));

describe.each(programs)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');

  test('has the scopes written down', async () => {
    const lines = tokenize(text).map(({ text: token, scopes }) => `${token.trim().padEnd(24)} ${scopes.join(' ')}`);
    const name = path.replaceAll('/', '-').replace('.fsl', '.txt');
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'scopes', name));
  });

  test('is coloured as it is parsed', () => {
    const tokens = tokenize(text);
    const at = (start: number): ScopedToken | undefined =>
      tokens.find((token) => token.start <= start && start < token.start + token.text.length);
    const wrong: string[] = [];
    const expectScope = (name: Ast.Name, scope: RegExp): void => {
      const found = at(name.span.start);
      if (found?.text.trim() !== name.text || !found.scopes.some((one) => scope.test(one)))
        wrong.push(`${name.text}: ${found?.scopes.join(' ')} is not ${scope.source}`);
    };
    const { file, diagnostics } = parse({ path, text });
    expect(diagnostics).toEqual([]);
    for (const { role, name } of rolesOf(file.declarations)) expectScope(name, scopeOf[role]);
    const { comments } = createLex()({ path, text });
    for (const { start } of comments)
      if (at(start)?.scopes.some((one) => one.startsWith('comment')) !== true) wrong.push(`no comment at ${start}`);
    for (const { text: token, scopes } of tokens)
      if (scopes.some((scope) => scope.startsWith('invalid'))) wrong.push(`${token} is invalid`);
    expect(wrong).toEqual([]);
  });
});

const scopeOf = {
  kind: /^(support|entity\.name)\.type\.kind/,
  stage: /^entity\.name\.stage/,
  option: /^(support\.type\.property-name|variable\.other\.property)/,
  constant: /^entity\.name\.constant/,
  param: /^variable\.parameter\.fsl/,
  variable: /^variable\.parameter\.each/,
} as const;

interface Role {
  readonly role: keyof typeof scopeOf;
  readonly name: Ast.Name;
}

function rolesOf(declarations: readonly Ast.Declaration[]): readonly Role[] {
  const options = (entries: readonly Ast.Entry[]): readonly Role[] =>
    entries.map(({ name }) => ({ role: 'option', name }));
  return declarations.flatMap((one): readonly Role[] => {
    switch (one.node) {
      case 'stage':
        return [
          { role: 'kind', name: one.kind },
          { role: 'stage', name: one.name },
          ...options(one.entries),
          ...rolesOf(one.body),
        ];
      case 'defaults':
        return [{ role: 'kind', name: one.kind }, ...options(one.entries)];
      case 'each':
        return [{ role: 'variable', name: one.variable }, ...rolesOf(one.body)];
      case 'when':
        return [...rolesOf(one.then), ...rolesOf(one.otherwise)];
      case 'let':
      case 'target':
        return [{ role: 'constant', name: one.name }];
      case 'param':
        return [{ role: 'param', name: one.name }];
      case 'import':
      case 'use':
      case 'version':
        return [];
      default:
        return one satisfies never;
    }
  });
}

describe('words act only where they act', () => {
  const scopeAt = (program: string, word: string): string => {
    const found = tokenize(program).find(({ text }) => text.trim() === word);
    return found?.scopes.at(-1) ?? 'nothing';
  };
  test.each([
    ['param shots: int = 8 in 1..64', 'in', 'keyword.control.in.fsl'],
    ['param shots: int = 8 in 1..64', 'int', 'storage.type.fsl'],
    ['let param = 3', 'param', 'entity.name.constant.fsl'],
    ['load when { from: "a.csv" }', 'when', 'entity.name.stage.fsl'],
    ['when quick { load a { from: "a.csv" } }', 'when', 'keyword.control.declaration.fsl'],
    ['split p { from: each  train: 8 per label }', 'each', 'variable.other.fsl'],
    ['split p { from: each  train: 8 per label }', 'per', 'keyword.other.per.fsl'],
    ['split p { from: per  test: rest }', 'per', 'variable.other.fsl'],
    ['split p { from: per  test: rest }', 'test', 'support.type.property-name.fsl'],
    ['let a = not b', 'not', 'keyword.operator.logical.fsl'],
    ['let a = not-b', 'not-b', 'variable.other.fsl'],
    ['load a { from: "x", label_names: { seed: "s" } }', 'from', 'support.type.property-name.fsl'],
    ['my-kind thing { speed: 3 }', 'my-kind', 'entity.name.type.kind.fsl'],
    ['my-kind thing { speed: 3 }', 'speed', 'variable.other.property.fsl'],
    ['fine-tune m { method: prototype }', 'prototype', 'support.constant.word.fsl'],
    ['let a = prototype', 'prototype', 'variable.other.fsl'],
    ['evaluate e { metrics: [accuracy, mcc] }', 'mcc', 'support.constant.word.fsl'],
    ['evaluate e { require: accuracy >= 0.5 by 0.1 at 95% }', 'by', 'keyword.other.claim.fsl'],
    ['let a = by', 'by', 'variable.other.fsl'],
    ['let t = 5m', 'm', 'keyword.other.unit.fsl'],
    ['let t = 1_000', '1_000', 'constant.numeric.fsl'],
    ['let t = 5min', '5min', 'invalid.illegal.number.fsl'],
    ['let n = n1-1', 'n1', 'variable.other.fsl'],
    ['let s = "a ${len([1])} {title} \\n"', 'len', 'support.function.fsl'],
    ['let s = "a ${len([1])} {title} \\n"', '{title}', 'constant.other.placeholder.fsl'],
    ['let s = "a ${len([1])} {title} \\n"', '\\n', 'constant.character.escape.fsl'],
    ['let s = "a $${ {{ \\m"', '$${', 'constant.character.escape.fsl'],
    ['let s = "a $${ {{ \\m"', '\\m', 'invalid.illegal.escape.fsl'],
    ['let s = """\n# no comment\n"""\n# comment', '# no comment', 'string.quoted.triple.fsl'],
    ['let s = """\n# no comment\n"""\n# comment', '# comment', 'comment.line.number-sign.fsl'],
    ['let s = "open\nlet x = 3', 'x', 'entity.name.constant.fsl'],
    ['import "./a.fsl" as other { shots: 3 }', 'other', 'entity.name.namespace.fsl'],
    ['defaults fine-tune { method: prototype }', 'fine-tune', 'entity.name.type.kind.fsl'],
  ])('%s: %s', (program, word, scope) => {
    expect(scopeAt(program, word)).toBe(scope);
  });
});

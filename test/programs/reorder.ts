// Puts declarations, and the options of each stage, into another order, as far as no order means anything.
import type * as Ast from '../../src/parser/ast.ts';
import type { Random } from '../../src/learning/random.ts';

export function reorder(
  declarations: readonly Ast.Declaration[],
  random: Random,
): readonly Ast.Declaration[] {
  const first = declarations.filter(({ node }) => node === 'version');
  const others = declarations.filter(({ node }) => node !== 'version');
  return [...first, ...body(others, random)];
}

function body(list: readonly Ast.Declaration[], random: Random): readonly Ast.Declaration[] {
  return random.shuffle(list).map((declaration): Ast.Declaration => {
    switch (declaration.node) {
      case 'stage':
        return {
          ...declaration,
          entries: random.shuffle(declaration.entries),
          body: body(declaration.body, random),
        };
      case 'defaults':
        return { ...declaration, entries: random.shuffle(declaration.entries) };
      case 'each':
        return { ...declaration, body: body(declaration.body, random) };
      case 'when':
        return {
          ...declaration,
          then: body(declaration.then, random),
          otherwise: body(declaration.otherwise, random),
        };
      case 'version':
      case 'param':
      case 'let':
      case 'import':
      case 'use':
      case 'target':
        return declaration;
      default:
        return declaration satisfies never;
    }
  });
}

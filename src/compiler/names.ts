// Collects the one namespace of a file and reports names declared twice.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostics } from '../parser/diagnostic.ts';
import type { Names } from './program.ts';

interface Tables {
  readonly params: Map<string, Ast.Param>;
  readonly lets: Map<string, Ast.Let>;
  readonly targets: Map<string, Ast.Target>;
  readonly imports: Map<string, Ast.Import>;
  readonly stages: Map<string, Ast.Stage[]>;
  readonly defaults: Map<string, Ast.Entry[]>;
}

/** A declared name, and the branches of `when` it stands in: two stages in different branches of one `when` may share it. */
interface Declared {
  readonly name: Ast.Name;
  readonly branches: readonly (readonly [when: Ast.When, branch: 'then' | 'otherwise'])[];
  readonly stage: boolean;
}

export function collectNames(file: Ast.File, diagnostics: Diagnostics): Names {
  const tables: Tables = {
    params: new Map(),
    lets: new Map(),
    targets: new Map(),
    imports: new Map(),
    stages: new Map(),
    defaults: new Map(),
  };
  const declared = new Map<string, Declared[]>();

  /** Whether the name is free; of two declarations the first counts, so that one mistake is told once. */
  const declare = (name: Ast.Name, branches: Declared['branches'], stage: boolean): boolean => {
    const earlier = declared.get(name.text) ?? [];
    const entry: Declared = { name, branches, stage };
    const clash = earlier.find((other) => !(stage && other.stage && exclusive(entry, other)));
    if (clash !== undefined) {
      diagnostics.add({
        code: 'duplicate-name',
        message: `\`${name.text}\` is declared twice`,
        span: name.span,
        notes: [{ span: clash.name.span, message: 'first declared here' }],
        hint: 'all declarations of a file share one namespace: rename one of them',
      });
      return false;
    }
    declared.set(name.text, [...earlier, entry]);
    return true;
  };

  const visit = (declarations: readonly Ast.Declaration[], branches: Declared['branches']): void => {
    for (const declaration of declarations) {
      switch (declaration.node) {
        case 'param':
          if (declare(declaration.name, branches, false))
            tables.params.set(declaration.name.text, declaration);
          break;
        case 'let':
          if (declare(declaration.name, branches, false)) tables.lets.set(declaration.name.text, declaration);
          break;
        case 'target':
          if (declare(declaration.name, branches, false))
            tables.targets.set(declaration.name.text, declaration);
          break;
        case 'stage': {
          if (!declare(declaration.name, branches, true)) break;
          const same = tables.stages.get(declaration.name.text) ?? [];
          tables.stages.set(declaration.name.text, [...same, declaration]);
          break;
        }
        case 'defaults': {
          const same = tables.defaults.get(declaration.kind.text) ?? [];
          tables.defaults.set(declaration.kind.text, [...same, ...declaration.entries]);
          break;
        }
        case 'each':
          visit(declaration.body, branches);
          break;
        case 'when':
          visit(declaration.then, [...branches, [declaration, 'then']]);
          visit(declaration.otherwise, [...branches, [declaration, 'otherwise']]);
          break;
        case 'import':
          if (declare(declaration.name, branches, false) && declarations === file.declarations)
            tables.imports.set(declaration.name.text, declaration);
          break;
        case 'use':
        case 'version':
          break;
        default:
          declaration satisfies never;
      }
    }
  };
  visit(file.declarations, []);
  return tables;
}

function exclusive(a: Declared, b: Declared): boolean {
  return a.branches.some(([when, branch]) =>
    b.branches.some(([other, otherBranch]) => other === when && otherBranch !== branch),
  );
}

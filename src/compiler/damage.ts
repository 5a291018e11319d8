// What broken text may have taken with it, so that one mistake in the text is not told again as missing names and options.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostic } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';

export interface Damage {
  readonly places: readonly Span[];
  /** Variables of `each` blocks whose braces are broken: their bodies may stand outside. */
  readonly variables: ReadonlySet<string>;
  /** Whether a stage lost its name: another stage may mean it. */
  readonly nameless: boolean;
}

export function findDamage(file: Ast.File, parsed: readonly Diagnostic[]): Damage {
  const places = parsed.filter(({ severity }) => severity === 'error').map(({ span }) => span);
  const variables = new Set<string>();
  let nameless = false;
  const visit = (declarations: readonly Ast.Declaration[]): void => {
    for (const declaration of declarations) {
      switch (declaration.node) {
        case 'each':
          if (isDamaged(declaration.span, places)) variables.add(declaration.variable.text);
          visit(declaration.body);
          break;
        case 'when':
          visit(declaration.then);
          visit(declaration.otherwise);
          break;
        case 'stage':
          nameless ||= declaration.name.text === '';
          visit(declaration.body);
          break;
        default:
          break;
      }
    }
  };
  visit(file.declarations);
  return { places, variables, nameless };
}

/** Whether broken text lies inside the span or touches it. */
export function isDamaged(span: Span, places: readonly Span[]): boolean {
  return places.some((place) => place.start <= span.end + 1 && place.end >= span.start - 1);
}

// `fsl 1`: stands first, and names a version of the language that this compiler knows.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostics } from '../parser/diagnostic.ts';

/** The newest language version this compiler knows. */
const languageVersion = 1;

export function checkVersion(file: Ast.File, diagnostics: Diagnostics): void {
  file.declarations.forEach((declaration, i) => {
    if (declaration.node !== 'version') return;
    if (i > 0) {
      diagnostics.add({
        code: 'language-version',
        message: 'the language version stands first in a file',
        span: declaration.span,
        hint: `move \`fsl ${declaration.number}\` to the top`,
      });
    } else if (declaration.number > languageVersion || declaration.number < 1) {
      diagnostics.add({
        code: 'language-version',
        message: `this fslrun knows version ${languageVersion} of the language, and the file asks for ${declaration.number}`,
        span: declaration.span,
        hint:
          declaration.number < 1
            ? 'versions start at 1'
            : 'install a newer fslrun, or lower the number if the file needs nothing new',
      });
    }
  });
}

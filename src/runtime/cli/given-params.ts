// The parameters of `--set`, as given on the command line: split into name and text, and every one named once.
import { isAbsolute, resolve } from 'node:path';
import type { GivenParam } from '../../compiler/params.ts';
import { diagnostic, type Diagnostic } from '../../parser/diagnostic.ts';
import type { Context } from './context.ts';

export interface GivenParams {
  readonly params: readonly GivenParam[];
  /** Errors in the form of the flags; their parameters are left out. */
  readonly problems: readonly Diagnostic[];
}

export function givenParams(context: Context, set: readonly string[]): GivenParams {
  const params = new Map<string, GivenParam>();
  const problems: Diagnostic[] = [];
  for (const text of set) {
    const span = context.commandLine.spanOf(text);
    const sign = text.indexOf('=');
    const name = text.slice(0, sign);
    const first = params.get(name);
    if (sign < 1)
      problems.push(
        diagnostic({
          code: 'command-line',
          message: `\`--set ${text}\` gives no value`,
          span,
          hint: 'write `--set NAME=VALUE`',
        }),
      );
    else if (first !== undefined)
      problems.push(
        diagnostic({
          code: 'command-line',
          message: `\`${name}\` is set twice, to \`${first.text}\` and \`${text.slice(sign + 1)}\``,
          span,
          hint: 'remove one of them',
        }),
      );
    else
      params.set(name, {
        name,
        text: text.slice(sign + 1),
        span,
        resolvePath: (path) => (isAbsolute(path) ? path : resolve(context.host.cwd, path)),
      });
  }
  return { params: [...params.values()], problems };
}

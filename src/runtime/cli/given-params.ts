// The parameters given on the command line: those of `--set`, split into name and text and each named once, and those of the
// files of `--params`.
import { isAbsolute, resolve } from 'node:path';
import type { GivenParam } from '../../compiler/given-value.ts';
import { diagnostic, type Diagnostic } from '../../parser/diagnostic.ts';
import type { Context } from './context.ts';
import type { ProgramFlags } from './options.ts';

export interface GivenParams {
  readonly params: readonly GivenParam[];
  /** Errors in the form of the flags; their parameters are left out. */
  readonly problems: readonly Diagnostic[];
}

/** Of a parameter that is given several times, `--set` counts, else the last file. Throws `Failure` where a file is not there. */
export async function givenParams(
  context: Context,
  { set, params: files }: Pick<ProgramFlags, 'set' | 'params'>,
): Promise<GivenParams> {
  const fromSet = setParams(context, set);
  const read = await Promise.all(
    files.map(async (file) => {
      const { paramsFile } = await import('./params-file.ts'); // the YAML reader is large, and rarely needed
      return paramsFile(context, file);
    }),
  );
  const all = [...read.flatMap(({ params }) => params), ...fromSet.params];
  const last = new Map(all.map((param) => [param.name, param]));
  return {
    params: [...last.values()],
    problems: [...read.flatMap(({ problems }) => problems), ...fromSet.problems],
  };
}

function setParams(context: Context, set: readonly string[]): GivenParams {
  const params = new Map<string, GivenParam & { readonly text: string }>();
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
        value: { form: 'text', text: text.slice(sign + 1) },
        from: 'set',
        span,
        resolvePath: (path) => (isAbsolute(path) ? path : resolve(context.host.cwd, path)),
      });
  }
  return { params: [...params.values()], problems };
}

// `fslrun explain`: what a diagnostic, a stage kind or an option means.
import type { Command } from 'commander';
import type { Registry } from '../../../stages/registry.ts';
import { paintFor, usage, type Context } from '../context.ts';
import { colourOption, type ColourFlags } from '../options.ts';

export function addExplain(program: Command, context: Context): void {
  colourOption(
    program
      .command('explain')
      .summary('what a diagnostic, a stage kind or an option means')
      .description(
        'Explains the code of a diagnostic, a stage kind, or an option of one; without a subject, lists them.',
      )
      .argument('[subject]', 'CODE, KIND or KIND.OPTION'),
  ).action(
    context.exits(async (subject: string | undefined, flags: ColourFlags) => {
      const { host } = context;
      const [{ standardRegistry }, { markdownText }] = await Promise.all([
        import('../../../stages/standard-registry.ts'),
        import('../../report/markdown-text.ts'),
      ]);
      const text = await explanation(subject, standardRegistry(), context);
      host.stdout.write(markdownText(text, paintFor(host.stdout, host, flags)));
      return 0;
    }),
  );
}

async function explanation(
  subject: string | undefined,
  registry: Registry,
  context: Context,
): Promise<string> {
  const [{ codes }, { commonOptions }, explain] = await Promise.all([
    import('../../../parser/codes.ts'),
    import('../../../stages/common-options.ts'),
    import('../../report/explain.ts'),
  ]);
  if (subject === undefined) return explain.explainLists(registry, codes);
  const entry = Object.entries(codes).find(([code]) => code === subject);
  if (entry !== undefined) return explain.explainCode(...entry);
  const [kindName = '', optionName] = subject.split('.', 2);
  const kind = registry.kind(kindName);
  if (kind === undefined)
    throw usage(
      context,
      subject,
      await unknown(
        kindName,
        [...registry.kinds.map(({ name }) => name), ...Object.keys(codes)],
        'a code, a stage kind or an option',
      ),
    );
  if (optionName === undefined) return explain.explainKind(kind);
  const options = { ...commonOptions, ...kind.options };
  const option = Object.entries(options).find(([name]) => name === optionName);
  if (option !== undefined) return explain.explainOption(kind, ...option);
  if (Object.hasOwn(kind.inputs, optionName)) return explain.explainInput(kind, optionName);
  throw usage(
    context,
    subject,
    await unknown(
      optionName,
      [...Object.keys(kind.inputs), ...Object.keys(options)],
      `an option of \`${kindName}\``,
    ),
  );
}

async function unknown(
  name: string,
  candidates: readonly string[],
  what: string,
): Promise<{ readonly message: string; readonly hint: string }> {
  const { suggest } = await import('../../../parser/suggest.ts');
  const near = suggest(name, candidates);
  return {
    message: `\`${name}\` is not ${what}`,
    hint: near === undefined ? '`fslrun explain` lists all kinds and codes' : `did you mean \`${near}\`?`,
  };
}

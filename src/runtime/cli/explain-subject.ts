// `fslrun explain SUBJECT`: finds what was asked about. What there is to ask about is in report/subjects.ts.
import type { Failure } from '../../parser/diagnostic.ts';
import { codes } from '../../parser/codes.ts';
import { suggest } from '../../parser/suggest.ts';
import { ownInputs } from '../../stages/own-inputs.ts';
import type { Registry } from '../../stages/registry.ts';
import { standardRegistry } from '../../stages/standard-registry.ts';
import { explainLists } from '../report/explain.ts';
import { markdownText } from '../report/markdown-text.ts';
import { subjects, type Subject } from '../report/subjects.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import type { ColourFlags } from './options.ts';

export function explainSubject(context: Context, subject: string | undefined, flags: ColourFlags): number {
  const registry = standardRegistry();
  const text = subject === undefined ? explainLists(registry, codes) : explanation(registry, subject);
  if (text === undefined) throw unknownSubject(context, registry, subject ?? '');
  const { stdout } = context.host;
  stdout.write(markdownText(text, paintFor(stdout, context.host, flags)));
  return exitCodes.done;
}

/** Markdown, or nothing where there is no such thing. */
export function explanation(registry: Registry, asked: string): string | undefined {
  const name = asked.replace(/^"(.*)"$/, '$1');
  const all = subjects(registry);
  const [first, ...others] = all.filter((one) => one.name === name);
  if (first === undefined) return undefined;
  // An option that only one kind has needs no kind before it.
  const option = first.only === undefined ? undefined : all.find((one) => one.name === first.only);
  if (option !== undefined) return option.text();
  const further = others.filter((one) => one.exact !== first.exact && one.exact !== name);
  if (further.length === 0) return first.text();
  return `${first.text()}\nAlso ${further.map(alsoText).join('; ')}.\n`;
}

function alsoText({ what, exact }: Subject): string {
  return `${what}: \`fslrun explain ${exact}\``;
}

function unknownSubject(context: Context, registry: Registry, asked: string): Failure {
  const near = suggest(
    asked,
    subjects(registry).map(({ name }) => name),
  );
  const [kindName = '', option] = asked.split('.', 2);
  const kind = registry.kind(kindName);
  if (kind === undefined || option === undefined)
    return usage(context, asked, {
      message: `there is nothing called \`${asked}\` to explain`,
      hint: near === undefined ? '`fslrun explain` lists what there is' : `did you mean \`${near}\`?`,
    });
  const known = [...Object.keys(ownInputs(kind)), ...Object.keys(kind.options)];
  return usage(context, asked, {
    message: `\`${option}\` is not an option of \`${kindName}\``,
    hint: near === undefined ? `its options are ${known.join(', ')}` : `did you mean \`${near}\`?`,
  });
}

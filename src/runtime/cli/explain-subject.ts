// Finds what `fslrun explain` was asked about: a code, a stage kind, an option or an input of one, a
// built-in model.
import type { Failure } from '../../parser/diagnostic.ts';
import { codes, type Code } from '../../parser/codes.ts';
import { suggest } from '../../parser/suggest.ts';
import { commonOptions } from '../../stages/common-options.ts';
import type { Registry } from '../../stages/registry.ts';
import { standardRegistry } from '../../stages/standard-registry.ts';
import { codeExamples } from '../report/code-examples.ts';
import {
  explainBuiltin,
  explainCode,
  explainCommonOption,
  explainInput,
  explainKind,
  explainLists,
  explainOption,
} from '../report/explain.ts';
import { markdownText } from '../report/markdown-text.ts';
import { exitCodes, paintFor, usage, type Context } from './context.ts';
import type { ColourFlags } from './options.ts';

export function explainSubject(context: Context, subject: string | undefined, flags: ColourFlags): number {
  const { stdout } = context.host;
  stdout.write(markdownText(explanation(context, subject), paintFor(stdout, context.host, flags)));
  return exitCodes.done;
}

/** Throws `Failure` (`command-line`) where there is no such thing. */
function explanation(context: Context, subject: string | undefined): string {
  const registry = standardRegistry();
  if (subject === undefined) return explainLists(registry, codes);
  if (isCode(subject)) return explainCode(subject, codes[subject], codeExamples[subject]);
  const common = Object.entries(commonOptions).find(([name]) => name === subject);
  if (common !== undefined) return explainCommonOption(...common);
  const model = /^"?builtin:([^"]*)"?$/.exec(subject)?.[1];
  if (model !== undefined) return builtinModel(context, registry, model);
  const [kindName = '', optionName] = subject.split('.', 2);
  const kind = registry.kind(kindName);
  if (kind === undefined) {
    const known = [
      ...registry.kinds.map(({ name }) => name),
      ...Object.keys(commonOptions),
      ...registry.builtins.map(({ name }) => `builtin:${name}`),
      ...Object.keys(codes),
    ];
    throw unknown(context, subject, { name: kindName, known, what: 'a stage kind or a code' });
  }
  if (optionName === undefined) return explainKind(kind);
  const options = { ...commonOptions, ...kind.options };
  const option = Object.entries(options).find(([name]) => name === optionName);
  if (option !== undefined) return explainOption(kind, ...option);
  if (Object.hasOwn(kind.inputs, optionName)) return explainInput(kind, optionName);
  const known = [...Object.keys(kind.inputs), ...Object.keys(options)];
  throw unknown(context, subject, { name: optionName, known, what: `an option of \`${kindName}\`` });
}

function isCode(subject: string): subject is Code {
  return Object.hasOwn(codes, subject);
}

function builtinModel(context: Context, registry: Registry, name: string): string {
  const model = registry.builtin(name);
  if (model !== undefined) return explainBuiltin(model);
  throw unknown(context, `builtin:${name}`, {
    name: `builtin:${name}`,
    known: registry.builtins.map((one) => `builtin:${one.name}`),
    what: 'a built-in model',
  });
}

interface Unknown {
  readonly name: string;
  readonly known: readonly string[];
  readonly what: string;
}

function unknown(context: Context, subject: string, { name, known, what }: Unknown): Failure {
  const near = suggest(name, known);
  return usage(context, subject, {
    message: `\`${name}\` is not ${what}`,
    hint: near === undefined ? '`fslrun explain` lists all kinds and codes' : `did you mean \`${near}\`?`,
  });
}

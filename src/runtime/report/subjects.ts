// Everything that `fslrun explain` can be asked about, by name. The first of several subjects of a name is the one that is meant.
import { functionDocs } from '../../compiler/function-docs.ts';
import { paramTypes } from '../../compiler/param-types.ts';
import { codes, type Code } from '../../parser/codes.ts';
import { wordDocs } from '../../parser/word-docs.ts';
import { commonOptions } from '../../stages/common-options.ts';
import { ownInputs } from '../../stages/own-inputs.ts';
import type { Registry } from '../../stages/registry.ts';
import type { StageDefinition } from '../../stages/stage.ts';
import { codeExamples } from './code-examples.ts';
import { explainBuiltin, explainCode, explainKind } from './explain.ts';
import { explainFunction, explainType, explainWord } from './explain-language.ts';
import { explainCommonOption, explainInput, explainOption } from './explain-option.ts';
import { sections } from './markdown.ts';
import { choices } from './option-text.ts';

export interface Subject {
  readonly name: string;
  /** As one says it: `the option of fine-tune`. */
  readonly what: string;
  /** A name that means this subject and no other; the same where nothing else has its name. */
  readonly exact: string;
  /** The one option or input that it is the name of. */
  readonly only?: string;
  /** Markdown. */
  text(): string;
}

export function subjects(registry: Registry): readonly Subject[] {
  return [
    ...Object.entries(codes).map(([name, entry]) =>
      subject(name, 'the code of a problem', () => explainCode(name, entry, codeExamples[name as Code])),
    ),
    ...registry.kinds.map((kind) => subject(kind.name, 'the stage kind', () => explainKind(kind))),
    ...Object.entries(commonOptions).map(([name, option]) =>
      subject(name, 'the option of every stage', () => explainCommonOption(name, option)),
    ),
    ...registry.builtins.map((model) =>
      subject(`builtin:${model.name}`, 'the built-in model', () => explainBuiltin(model)),
    ),
    ...Object.entries(functionDocs).map(([name, doc]) =>
      subject(name, 'the function', () => explainFunction(name, doc)),
    ),
    ...Object.entries(wordDocs).map(([name, doc]) =>
      subject(name, 'the word of the language', () => explainWord(name, doc)),
    ),
    ...Object.entries(paramTypes).map(([name, type]) =>
      subject(name, 'the type of parameters', () => explainType(name, type)),
    ),
    ...registry.kinds.flatMap(entriesOf),
    ...bareNames(registry),
  ];
}

/** Options and inputs as `KIND.OPTION`, words and calls of options as `KIND.OPTION.WORD`. */
function entriesOf(kind: StageDefinition): readonly Subject[] {
  const inputs = Object.keys(ownInputs(kind)).map((name) =>
    subject(`${kind.name}.${name}`, `the input of \`${kind.name}\``, () => explainInput(kind, name)),
  );
  const own = Object.entries(kind.options).map(([name, option]) =>
    subject(`${kind.name}.${name}`, `the option of \`${kind.name}\``, () =>
      explainOption(kind, name, option),
    ),
  );
  const common = Object.entries(commonOptions).map(([name, option]) =>
    subject(`${kind.name}.${name}`, 'the option of every stage', () => explainCommonOption(name, option)),
  );
  return [...inputs, ...own, ...common];
}

/** An option, input or word without its stage, and an argument that is none of these: what it is wherever it is known. */
function bareNames(registry: Registry): readonly Subject[] {
  const found = new Map<string, { readonly owner: string; readonly doc: string }[]>();
  const add = (name: string, owner: string, doc: string): void => {
    const known = found.get(name) ?? [];
    found.set(name, [...known, { owner, doc }]);
  };
  const once = (name: string, owner: string, doc: string): void => {
    if (found.get(name)?.every((one) => one.owner !== owner) !== false) add(name, owner, doc);
  };
  for (const kind of registry.kinds) {
    for (const [name, { doc }] of Object.entries({ ...ownInputs(kind), ...kind.options }))
      once(name, `${kind.name}.${name}`, doc);
    for (const [name, option] of Object.entries(kind.options))
      for (const choice of choices(option.kind))
        once(wordOf(choice.text), `${kind.name}.${name}`, `\`${choice.text}\`: ${choice.doc}`);
  }
  const named = new Set(found.keys());
  for (const kind of registry.kinds)
    for (const [option, { kind: takes }] of Object.entries(kind.options))
      for (const choice of choices(takes))
        for (const [name, { doc }] of Object.entries(choice.arguments))
          if (!named.has(name)) add(name, `${kind.name}.${option}`, `of \`${wordOf(choice.text)}\`: ${doc}`);
  return [...found].map(([name, places]) => {
    const owners = [...new Set(places.map(({ owner }) => `\`${owner}\``))].join(', ');
    const [only] = places.length === 1 ? places : [];
    return {
      name,
      ...(only?.owner.endsWith(`.${name}`) === true ? { only: only.owner } : {}),
      what: `part of ${owners}`,
      exact: places[0]?.owner ?? name,
      text: () =>
        sections([
          `# ${name}`,
          places.map(({ owner, doc }) => `- \`${owner}\`: ${doc}`).join('\n'),
          `\`fslrun explain ${places[0]?.owner ?? name}\` says more.`,
        ]),
    };
  });
}

/** The name of a choice as it is written: `head(kind: …)` is `head`. */
function wordOf(choice: string): string {
  return /^[\w-]+/.exec(choice)?.[0] ?? choice;
}

function subject(name: string, what: string, text: () => string): Subject {
  return { name, what, exact: name, text };
}

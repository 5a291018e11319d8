// Which kinds there are and which entries they have: names in a stage or in `defaults` that mean nothing are told of, with the nearest that does.
import type * as Ast from '../parser/ast.ts';
import { declarationAdvice, optionAdvice } from '../parser/other-languages.ts';
import { suggest } from '../parser/suggest.ts';
import { commonOptions } from '../stages/common-options.ts';
import { ownInputs } from '../stages/own-inputs.ts';
import type { StageDefinition } from '../stages/stage.ts';
import { listWords } from './check-value.ts';
import type { Program } from './program.ts';

export function checkDefaults(program: Program): void {
  for (const declaration of program.file.declarations) {
    if (declaration.node !== 'defaults') continue;
    const definition = program.registry.kind(declaration.kind.text);
    if (definition === undefined) {
      reportKind(declaration.kind, program);
      continue;
    }
    for (const entry of declaration.entries) checkEntryName(entry, definition, program);
  }
}

export function reportKind(kind: Ast.Name, program: Program): void {
  const kinds = program.registry.kinds.map((definition) => definition.name);
  const near = suggest(kind.text, kinds);
  program.diagnostics.add({
    code: 'unknown-kind',
    message: `there is no stage kind \`${kind.text}\``,
    span: kind.span,
    hint:
      near === undefined
        ? (declarationAdvice(kind.text) ?? `the kinds are ${listWords(kinds)}`)
        : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { fix: { span: kind.span, text: near } }),
  });
}

export function isKnown(name: string, definition: StageDefinition): boolean {
  return (
    Object.hasOwn(definition.options, name) ||
    Object.hasOwn(ownInputs(definition), name) ||
    Object.hasOwn(commonOptions, name) ||
    name === 'after'
  );
}

/** Where calls that an option takes have an argument of this name. */
function argumentAdvice(name: string, { options }: StageDefinition): string | undefined {
  for (const [option, { kind }] of Object.entries(options)) {
    const taken = kind.type === 'list' ? kind.of : kind;
    const calls = taken.type === 'call' ? Object.entries(taken.calls) : [];
    const [first, ...others] = calls.filter(([, call]) => Object.hasOwn(call.arguments, name));
    if (first === undefined) continue;
    const written = `\`${option}: ${first[0]}(${name}: …)\``;
    return others.length === 0
      ? `\`${name}\` is an argument of \`${first[0]}\`: write ${written}`
      : `\`${name}\` is an argument of calls: write it inside one, such as ${written}`;
  }
  return undefined;
}

export function checkEntryName(entry: Ast.Entry, definition: StageDefinition, program: Program): boolean {
  const name = entry.name.text;
  if (isKnown(name, definition)) return true;
  const own = [...Object.keys(ownInputs(definition)), ...Object.keys(definition.options)];
  const argument = argumentAdvice(name, definition);
  const near =
    argument === undefined ? suggest(name, [...own, ...Object.keys(commonOptions), 'after']) : undefined;
  program.diagnostics.add({
    code: 'unknown-option',
    message: `\`${definition.name}\` has no option \`${name}\``,
    span: entry.name.span,
    hint:
      near === undefined
        ? (argument ?? optionAdvice(name) ?? `its options are ${listWords(own)}`)
        : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { fix: { span: entry.name.span, text: near } }),
  });
  return false;
}

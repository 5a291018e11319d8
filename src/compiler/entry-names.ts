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

export function checkEntryName(entry: Ast.Entry, definition: StageDefinition, program: Program): boolean {
  const name = entry.name.text;
  if (isKnown(name, definition)) return true;
  const own = [...Object.keys(ownInputs(definition)), ...Object.keys(definition.options)];
  const near = suggest(name, [...own, ...Object.keys(commonOptions), 'after']);
  program.diagnostics.add({
    code: 'unknown-option',
    message: `\`${definition.name}\` has no option \`${name}\``,
    span: entry.name.span,
    hint:
      near === undefined
        ? (optionAdvice(name) ?? `its options are ${listWords(own)}`)
        : `did you mean \`${near}\`?`,
    ...(near === undefined ? {} : { fix: { span: entry.name.span, text: near } }),
  });
  return false;
}

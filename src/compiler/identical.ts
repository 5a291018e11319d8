// Instances that would do the same work: averaged as if they were independent, they would fake a perfect interval.
import type * as Ast from '../parser/ast.ts';
import { stepsOf } from './order.ts';
import { referencedNames } from './referenced-names.ts';
import { builtinsOf } from './pipeline.ts';
import type { CheckedBlock, CheckedInput, CheckedMember, CheckedStep } from './pipeline.ts';
import type { Program } from './program.ts';

export function reportIdentical(steps: readonly CheckedStep[], program: Program): void {
  const workOf = identify(steps);
  for (const step of steps) {
    for (const [name, input] of Object.entries(step.inputs)) {
      if (input.from !== 'many') continue;
      const seen = new Map<number, CheckedMember>();
      for (const member of input.members) {
        const work = member.input.from === 'step' ? workOf(member.input.step) : undefined;
        if (work === undefined) continue;
        const first = seen.get(work);
        if (first === undefined) {
          seen.set(work, member);
          continue;
        }
        const [other, source] = [first, member].map((one) => steps.find(({ id }) => isFrom(one, id)));
        if (other === undefined || source === undefined) continue;
        const keys = Object.keys(member.keys);
        const sameStage = first.name === member.name && keys.length > 0;
        program.diagnostics.add({
          code: 'identical-instances',
          message: sameStage
            ? `${keys.map((key) => `\`${key}\``).join(', ')} changes nothing in \`${source.name}\`: \`${other.id}\` and \`${source.id}\` do the same work`
            : `\`${other.id}\` and \`${source.id}\` do the same work, so comparing them says nothing`,
          span: step.places[name] ?? step.span,
          notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
          hint: sameStage
            ? `use the variable in an option that matters, such as \`seed: ${keys[0] ?? 'seed'}\` in the \`split\``
            : 'leave one of them out, or let them differ in an option',
        });
        break;
      }
    }
  }
}

function isFrom({ input }: CheckedMember, id: string): boolean {
  return input.from === 'step' && input.step === id;
}

/** A number for every step; equal numbers mean equal kind, options, seed and inputs. */
function identify(steps: readonly CheckedStep[]): (id: string) => number | undefined {
  const numbers = numbering();
  const works = new Map<string, number>();
  /** Steps with lists of inputs, which are long: few are read by others, and the rest need no number. */
  const late = new Map<string, CheckedStep>();
  const workOf = (id: string): number | undefined => {
    // With a stack of its own: chains of such steps are longer than that of the language.
    const open = works.has(id) ? [] : [id];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const step = works.has(top) ? undefined : late.get(top);
      const needs = step === undefined ? [] : Object.values(step.inputs).flatMap(stepsOf);
      const missing = needs.filter((need) => late.has(need) && !works.has(need));
      if (step !== undefined && missing.length === 0) works.set(top, numbers(signatureOf(step)));
      if (missing.length === 0) open.pop();
      else open.push(...missing);
    }
    return works.get(id);
  };
  // What instances share is written out once.
  const known = new WeakMap<object, number>();
  const numberOf = (value: object, text: () => string): number => {
    let number = known.get(value);
    if (number === undefined) known.set(value, (number = numbers(text())));
    return number;
  };
  const inputText = (input: CheckedInput, named: boolean): string => {
    switch (input.from) {
      case 'step':
        return `${workOf(input.step) ?? input.step}.${input.part}`;
      case 'many':
        return input.members
          .map(({ name, keys, input: inner }) => {
            const work = inputText(inner, named);
            return named ? `${name}${JSON.stringify(keys)}${work}` : work;
          })
          .join(';');
      case 'files':
      case 'builtin':
      case 'call':
      case 'folder':
        return `#${numberOf(input, () => JSON.stringify(input))}`;
      default:
        return input satisfies never;
    }
  };
  const signatureOf = (step: CheckedStep): string => {
    const { definition, options, inputs } = step;
    let signature = String(numberOf(options, () => keyedText(step)));
    for (const name in inputs) {
      const input = inputs[name];
      const named = definition.inputs[name]?.named === true;
      if (input !== undefined) signature += `\u0000${name} ${inputText(input, named)}`;
    }
    if (step.block !== undefined) signature += `\u0000block ${blockText(step.block)}`;
    if (definition.randomness(options, builtinsOf(inputs))) signature += `\u0000seed ${step.common.seed}`;
    return signature;
  };
  for (const step of steps) {
    const long = Object.values(step.inputs).some(({ from }) => from === 'many');
    if (long) late.set(step.id, step);
    else works.set(step.id, numbers(signatureOf(step)));
  }
  return workOf;
}

/** Without the names of its stages. */
function blockText({ stages }: CheckedBlock): string {
  return JSON.stringify(
    stages.map(({ kind, options, seed, inputs, chosen }) => [kind, options, seed, inputs, chosen]),
  );
}

/** A number for every text. */
function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, (number = numbers.size));
    return number;
  };
}

function keyedText({ options, definition }: CheckedStep): string {
  const keyed = Object.entries(options).filter(([name]) => definition.options[name]?.keyed === true);
  return `${definition.name} ${JSON.stringify(keyed)}`;
}

/** An `each` variable that nothing in its body mentions. */
export function reportUnusedVariables(program: Program): void {
  const mentioned = (declarations: readonly Ast.Declaration[], into: Set<string>): Set<string> => {
    for (const declaration of declarations) {
      switch (declaration.node) {
        case 'stage':
          for (const entry of declaration.entries) referencedNames(entry.value, into);
          mentioned(declaration.body, into);
          break;
        case 'each':
          referencedNames(declaration.list, into);
          mentioned(declaration.body, into);
          break;
        case 'import':
          for (const entry of declaration.entries) referencedNames(entry.value, into);
          break;
        case 'when':
          referencedNames(declaration.condition, into);
          mentioned(declaration.then, into);
          mentioned(declaration.otherwise, into);
          break;
        default:
          break;
      }
    }
    return into;
  };
  const visit = (declarations: readonly Ast.Declaration[]): void => {
    for (const declaration of declarations) {
      if (declaration.node === 'when') {
        visit(declaration.then);
        visit(declaration.otherwise);
      }
      if (declaration.node !== 'each') continue;
      visit(declaration.body);
      const { variable } = declaration;
      if (variable.text === '' || mentioned(declaration.body, new Set()).has(variable.text)) continue;
      program.diagnostics.add({
        code: 'identical-instances',
        message: `\`${variable.text}\` changes nothing: no option inside this \`each\` uses it`,
        span: variable.span,
        hint: `use it, for example \`seed: ${variable.text}\``,
      });
    }
  };
  visit(program.file.declarations);
}

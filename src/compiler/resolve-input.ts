// What a stage reads: other stages' results, files, model sources. Types of artifacts are checked later, in `check-steps`.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { readHubSource } from '../stages/hub-source.ts';
import type { Input } from '../stages/stage.ts';
import { blockWordHint } from './block-words.ts';
import { evaluate, evaluateBool } from './evaluate.ts';
import type { Instances } from './expand.ts';
import { functionNames } from './functions.ts';
import type { CheckedInput, CheckedMember } from './pipeline.ts';
import { bindingOf, fileScope, type Program, type Scope } from './program.ts';
import { resolveCall } from './resolve-call.ts';
import { isDeclared, tellAmbiguous } from './resolve-option.ts';
import { resolveReference, rootOf, startsWithStage, type Referred } from './references.ts';
import { describe, type Value } from './value.ts';

export interface InputPlace {
  readonly name: string;
  readonly declaration: Input;
  readonly scope: Scope;
}

export function resolveInput(
  expr: Ast.Expr,
  place: InputPlace,
  instances: Instances,
  program: Program,
): CheckedInput | undefined {
  if (expr.node === 'hole') return undefined;
  if (expr.node === 'conditional') {
    const condition = evaluateBool(expr.condition, place.scope, program);
    if (condition === undefined) return undefined;
    return resolveInput(condition ? expr.then : expr.otherwise, place, instances, program);
  }
  const { calls } = place.declaration;
  if (expr.node === 'call' && calls !== undefined && !functionNames.includes(expr.callee.text)) {
    const call = resolveCall(expr, calls, place.scope, program);
    return call === undefined
      ? undefined
      : { from: 'call', call: expr.callee.text, text: JSON.stringify(call) };
  }
  if (expr.node === 'reference' && !expr.forced && isWord(expr.name.text, place)) {
    if (isDeclared(expr.name.text, place.scope, program)) tellAmbiguous(expr.name, program);
    return wordInput(expr.name.text);
  }
  const behind = constantBehind(expr, place.scope, program);
  if (behind !== undefined) {
    return resolveInput(behind, { ...place, scope: fileScope }, instances, program);
  }
  if (place.declaration.shape === 'many') return resolveMany(expr, place, instances, program);
  if (startsWithStage(expr, instances, program) && !isValue(expr, place.scope, program)) {
    const referred = resolveReference(expr, place.scope, instances, program);
    return referred === undefined ? undefined : one(referred, place, program);
  }
  const [member] = expr.node === 'list' ? expr.items : [];
  if (expr.node === 'list' && member !== undefined && startsWithStage(member, instances, program)) {
    const { accepts } = place.declaration;
    program.diagnostics.add({
      code: 'list-expected-one',
      message: `\`${place.name}\` takes one ${accepts}, found a list of ${expr.items.length}`,
      span: expr.span,
      hint:
        accepts === 'dataset'
          ? 'name one of them; files that belong together are one `load`: `from: ["a.csv", "b.csv"]`'
          : 'name one of them',
    });
    return undefined;
  }
  const root = rootOf(expr);
  if (root !== undefined && !isValue(root, place.scope, program)) {
    return unknownStage(root.name, place, instances, program);
  }
  switch (place.declaration.accepts) {
    case 'files':
      return resolveFiles(expr, place.scope, program);
    case 'model':
      return resolveModel(expr, place, program);
    case 'dataset':
    case 'report': {
      const value = evaluate(expr, place.scope, program);
      if (value === undefined) return undefined;
      program.diagnostics.add({
        code: 'wrong-artifact',
        message: `\`${place.name}\` takes the ${place.declaration.accepts} of a stage, found ${describe(value)}`,
        span: expr.span,
        hint:
          place.declaration.accepts === 'dataset' && value.type === 'string'
            ? 'load the file first: `load data { from: … }`, and name that stage here'
            : 'name a stage, without quotes',
      });
      return undefined;
    }
    default:
      return place.declaration.accepts satisfies never;
  }
}

/** A constant that holds stages or lists of them is read where it is used. */
function constantBehind(expr: Ast.Expr, scope: Scope, program: Program): Ast.Expr | undefined {
  if (expr.node !== 'reference' || bindingOf(scope, expr.name.text) !== undefined) return undefined;
  const value = program.names.lets.get(expr.name.text)?.value;
  return value?.node === 'list' || value?.node === 'map' ? value : undefined;
}

/** Whether a member is the name of a model source, and not of a stage. */
function isModelText(expr: Ast.Expr, scope: Scope, program: Program): boolean {
  if (expr.node === 'text') return true;
  if (expr.node !== 'reference') return false;
  const name = expr.name.text;
  const behind = program.names.lets.get(name)?.value;
  return bindingOf(scope, name) !== undefined || program.names.params.has(name) || behind?.node === 'text';
}

function isValue(expr: Ast.Expr, scope: Scope, program: Program): boolean {
  if (expr.node !== 'reference') return false;
  const name = expr.name.text;
  return (
    bindingOf(scope, name) !== undefined || program.names.lets.has(name) || program.names.params.has(name)
  );
}

function one(referred: Referred, place: InputPlace, program: Program): CheckedInput | undefined {
  const [instance] = referred.instances;
  if (referred.missing.length === 0 && instance !== undefined) {
    return { from: 'step', step: instance.id, part: referred.part };
  }
  if (instance === undefined) {
    program.diagnostics.add({
      code: 'unknown-name',
      message: `\`${referred.stage}\` has no instance here`,
      span: referred.span,
      hint: 'it stands in a branch of `when` that is not taken for these values',
    });
    return undefined;
  }
  const axes = referred.missing.map((name) => `\`${name}\``).join(', ');
  const keys = Object.entries(instance.keys)
    .filter(([key]) => referred.missing.includes(key))
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(', ');
  program.diagnostics.add({
    code: 'list-expected-one',
    message: `\`${referred.stage}\` is a list over ${axes} here, and \`${place.name}\` takes one`,
    span: referred.span,
    hint: `move this stage into the \`each\`, or select one: \`${referred.stage}[${keys}]${referred.part === '' ? '' : `.${referred.part}`}\``,
  });
  return undefined;
}

function unknownStage(name: Ast.Name, place: InputPlace, instances: Instances, program: Program): undefined {
  if (name.text === '' || program.damage.nameless || program.damage.variables.has(name.text))
    return undefined;
  const word = blockWordHint(name.text, place.scope, program);
  const near = suggest(name.text, [
    ...instances.keys(),
    ...program.names.params.keys(),
    ...program.names.lets.keys(),
  ]);
  program.diagnostics.add({
    code: 'unknown-name',
    message: `no stage is called \`${name.text}\``,
    span: name.span,
    ...(word !== undefined
      ? { hint: word }
      : near !== undefined
        ? { hint: `did you mean \`${near}\`?`, fix: { span: name.span, text: near } }
        : program.registry.kind(name.text) !== undefined
          ? { hint: `\`${name.text}\` is a stage kind; a stage is called by its own name alone` }
          : place.declaration.accepts === 'files'
            ? { hint: `write "${name.text}" if it is a path` }
            : {}),
  });
  return undefined;
}

function resolveMany(
  expr: Ast.Expr,
  place: InputPlace,
  instances: Instances,
  program: Program,
): CheckedInput | undefined {
  const members: CheckedMember[] = [];
  const add = (name: string | undefined, item: Ast.Expr): boolean => {
    if (place.declaration.accepts === 'model' && isModelText(item, place.scope, program)) {
      const input = resolveModel(item, place, program);
      if (input === undefined) return false;
      members.push({ name: name ?? `model ${members.length + 1}`, keys: {}, input });
      return true;
    }
    const referred = resolveReference(item, place.scope, instances, program);
    if (referred === undefined) return false;
    const label = name ?? (referred.part === '' ? referred.stage : `${referred.stage}.${referred.part}`);
    for (const instance of referred.instances) {
      // The keys that the list runs over tell its members apart; those fixed around this place are common to all.
      const all = instance.scope.bindings.length === referred.missing.length;
      const keys = all
        ? instance.keys
        : Object.fromEntries(Object.entries(instance.keys).filter(([key]) => referred.missing.includes(key)));
      members.push({ name: label, keys, input: { from: 'step', step: instance.id, part: referred.part } });
    }
    return true;
  };
  let complete = true;
  if (expr.node === 'map') {
    for (const entry of expr.entries) complete = add(entry.name.text, entry.value) && complete;
  } else if (expr.node === 'list') {
    for (const item of expr.items) complete = add(undefined, item) && complete;
  } else complete = add(undefined, expr);
  if (!complete) return undefined;
  if (members.length === 0) {
    program.diagnostics.add({
      code: 'empty-list',
      message: `\`${place.name}\` names no stage`,
      span: expr.span,
    });
    return undefined;
  }
  return { from: 'many', members };
}

/** A path, a glob, or a list of them. */
function resolveFiles(expr: Ast.Expr, scope: Scope, program: Program): CheckedInput | undefined {
  const value = evaluate(expr, scope, program);
  if (value === undefined) return undefined;
  const items: readonly Value[] = value.type === 'list' ? value.items : [value];
  const paths: string[] = [];
  let complete = items.length > 0;
  items.forEach((item, i) => {
    const span = expr.node === 'list' ? (expr.items[i]?.span ?? expr.span) : expr.span;
    const found = item.type === 'string' ? filesOf(item.value, span, program) : undefined;
    if (item.type !== 'string') {
      program.diagnostics.add({
        code: 'wrong-type',
        message: `expected a path in quotes, found ${describe(item)}`,
        span,
      });
    }
    if (found === undefined) complete = false;
    else paths.push(...found);
  });
  if (items.length === 0) {
    program.diagnostics.add({ code: 'empty-list', message: 'no file is named here', span: expr.span });
  }
  return complete ? { from: 'files', paths } : undefined;
}

function filesOf(text: string, span: Span, program: Program): readonly string[] | undefined {
  if (/^(hf|https?):/.test(text)) {
    program.diagnostics.add({
      code: 'not-supported',
      message: `this version of fslrun reads local files, not \`${text}\``,
      span,
      hint: 'download the file and give its path',
    });
    return undefined;
  }
  const fact = program.facts.files(program.resolvePath(text));
  if (fact.state === 'wrong') {
    program.diagnostics.add({ span, ...fact.problem });
    return undefined;
  }
  return fact.state === 'known' ? fact.value : undefined;
}

/** A call without arguments is a word, `model: conv4`. */
function isWord(text: string, { declaration: { calls = {} } }: InputPlace): boolean {
  return Object.hasOwn(calls, text) && Object.keys(calls[text].arguments).length === 0;
}

function wordInput(name: string): CheckedInput {
  return { from: 'call', call: name, text: JSON.stringify({ name, arguments: {} }) };
}

function resolveModel(expr: Ast.Expr, place: InputPlace, program: Program): CheckedInput | undefined {
  const value = evaluate(expr, place.scope, program);
  if (value === undefined) return undefined;
  const report = (
    code: 'wrong-type' | 'unknown-builtin' | 'not-supported' | 'wrong-artifact',
    message: string,
    hint: string,
  ): undefined => {
    program.diagnostics.add({ code, message, span: expr.span, hint });
    return undefined;
  };
  if (value.type !== 'string') {
    return report(
      'wrong-type',
      `expected a model, found ${describe(value)}`,
      'name a stage, or write "builtin:NAME" or a folder such as "./my-model"',
    );
  }
  const text = value.value;
  if (isWord(text, place)) return wordInput(text);
  if (text.startsWith('builtin:')) {
    const name = text.slice('builtin:'.length);
    const known = program.registry.builtin(name)?.from;
    if (known !== undefined)
      return 'code' in known ? { from: 'builtin', name } : { from: 'folder', path: known.folder() };
    const names = program.registry.builtins.map((model) => model.name);
    const near = suggest(name, names);
    return report(
      'unknown-builtin',
      `there is no built-in model \`${name}\``,
      near === undefined
        ? `the built-in models are ${names.map((known) => `"builtin:${known}"`).join(', ')}`
        : `did you mean "builtin:${near}"?`,
    );
  }
  if (text.startsWith('hf:')) {
    const source = readHubSource(text);
    if (source === undefined)
      return report(
        'wrong-artifact',
        `\`${text}\` is not the name of a model on the hub`,
        'write "hf:owner/name", or "hf:owner/name@revision" for a branch, a tag or a commit',
      );
    const fact = program.facts.hubModel?.(source) ?? { state: 'unknown' };
    if (fact.state === 'known')
      return { from: 'folder', path: fact.value.path, hub: { source, ready: fact.value.ready } };
    if (fact.state === 'wrong') {
      program.diagnostics.add({ span: expr.span, ...fact.problem });
      return undefined;
    }
    return report(
      'not-supported',
      'models cannot be downloaded here',
      'download the folder (config.json, model.safetensors, tokenizer.json) and give its path, such as "./all-MiniLM-L6-v2"',
    );
  }
  if (text.includes('/') || text.startsWith('.')) return { from: 'folder', path: program.resolvePath(text) };
  return report(
    'wrong-artifact',
    `\`${text}\` is not a model source`,
    program.registry.builtin(text) !== undefined
      ? `did you mean "builtin:${text}"?`
      : `write "builtin:NAME" for a built-in model, "./${text}" for a folder, "hf:OWNER/${text}" for a model on the Hugging Face hub, or a stage's name without quotes`,
  );
}

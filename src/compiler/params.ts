// Values of the program's parameters: `--set`, else the default; checked against type and domain.
import type * as Ast from '../parser/ast.ts';
import type { Diagnostics } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { suggest } from '../parser/suggest.ts';
import { evaluate } from './evaluate.ts';
import { readGiven, type GivenParam } from './given-value.ts';
import { convert, reportType } from './check-param.ts';
import { paramOrder } from './param-order.ts';
import type { CheckedParam } from './pipeline.ts';
import { fileScope, type Program } from './program.ts';
import { describe, isNumber, sameValue, toJson, type Value } from './value.ts';

export interface ParamValues {
  readonly values: ReadonlyMap<string, Value>;
  readonly checked: readonly CheckedParam[];
}

/** Defaults may use other parameters, wherever those are declared. `checked` has the order of the file. */
export function evaluateParams(given: readonly GivenParam[], program: Omit<Program, 'params'>): ParamValues {
  const values = new Map<string, Value>();
  const checked = new Map<string, CheckedParam>();
  const byName = new Map(given.map((param) => [param.name, param]));
  reportUnknown(given, program);
  const { ordered, circular } = paramOrder(program.names, new Set(byName.keys()));
  for (const declaration of ordered) {
    const name = declaration.name.text;
    const override = byName.get(name);
    if (override === undefined && circular.has(name)) {
      program.diagnostics.add({
        code: 'cycle',
        message: `the default of \`${name}\` is defined through itself`,
        span: declaration.name.span,
        hint: 'a default may use other parameters and constants, but not itself',
      });
      continue;
    }
    const value =
      override === undefined
        ? defaultValue(declaration, { ...program, params: values })
        : givenValue(declaration, override, program.diagnostics);
    if (value === undefined) continue;
    const at = override?.span ?? declaration.fallback?.span ?? declaration.span;
    if (!insideDomain(declaration, value, at, { ...program, params: values })) continue;
    values.set(name, value);
    checked.set(name, { name, value: toJson(value), from: override?.from ?? 'default', place: at });
  }
  const inOrder = [...program.names.params.keys()].flatMap((name) => checked.get(name) ?? []);
  return { values, checked: inOrder };
}

function reportUnknown(
  given: readonly GivenParam[],
  { names, file, diagnostics }: Omit<Program, 'params'>,
): void {
  for (const param of given) {
    if (names.params.has(param.name)) continue;
    const known = [...names.params.keys()];
    const near = suggest(param.name, known);
    const whose = param.from === 'import' ? `\`${file.source.path}\`` : 'the program';
    diagnostics.add({
      code: 'unknown-parameter',
      message: `${whose} has no parameter \`${param.name}\``,
      span: param.nameSpan ?? param.span,
      hint:
        near !== undefined
          ? `did you mean \`${near}\`?`
          : known.length === 0
            ? 'it declares no parameters: add `param NAME: TYPE = DEFAULT`'
            : `its parameters are ${known.map((name) => `\`${name}\``).join(', ')}`,
    });
  }
}

function defaultValue(declaration: Ast.Param, program: Program): Value | undefined {
  if (declaration.fallback === undefined) {
    program.diagnostics.add({
      code: 'missing-parameter',
      message: `the parameter \`${declaration.name.text}\` has no value`,
      span: declaration.name.span,
      hint:
        program.prefix === ''
          ? `give it with \`--set ${declaration.name.text}=VALUE\`, or write a default`
          : `give it where the file is imported: \`import … as ${program.prefix.slice(0, -1)} { ${declaration.name.text}: … }\`, or write a default`,
    });
    return undefined;
  }
  const value = evaluate(declaration.fallback, fileScope, program);
  if (value === undefined) return undefined;
  const converted = convert(value, declaration.type, (path) => program.resolvePath(path));
  if (converted !== undefined) return converted;
  reportType(declaration, value, declaration.fallback.span, program.diagnostics);
  return undefined;
}

function givenValue(declaration: Ast.Param, given: GivenParam, diagnostics: Diagnostics): Value | undefined {
  const value = readGiven(given.value, declaration.type);
  if (value === undefined) return undefined;
  const converted = convert(value, declaration.type, (path) => given.resolvePath(path));
  if (converted !== undefined) return converted;
  reportType(declaration, value, given.span, diagnostics);
  return undefined;
}

/** A range, or a list of the allowed values; for a list parameter every element is checked. */
function insideDomain(declaration: Ast.Param, value: Value, at: Span, program: Program): boolean {
  const { domain } = declaration;
  if (domain === undefined) return true;
  const items = value.type === 'list' ? value.items : [value];
  const text = program.file.source.text.slice(domain.span.start, domain.span.end);
  const report = (item: Value): boolean => {
    program.diagnostics.add({
      code: 'out-of-range',
      message: `\`${declaration.name.text}\` is ${describe(item)}, and must be in ${text}`,
      span: at,
      ...(at.source === domain.span.source
        ? {}
        : { notes: [{ span: domain.span, message: 'declared here' }] }),
    });
    return false;
  };
  if (domain.node === 'binary' && domain.operator === '..') {
    const [low, high] = [
      evaluate(domain.left, fileScope, program),
      evaluate(domain.right, fileScope, program),
    ];
    if (low === undefined || high === undefined || !isNumber(low) || !isNumber(high)) return true;
    const outside = items.find(
      (item) => !isNumber(item) || item.value < low.value || item.value > high.value,
    );
    return outside === undefined || report(outside);
  }
  const allowed = evaluate(domain, fileScope, program);
  if (allowed === undefined) return true;
  if (allowed.type !== 'list') {
    program.diagnostics.add({
      code: 'wrong-type',
      message: `expected a range or a list after \`in\`, found ${describe(allowed)}`,
      span: domain.span,
    });
    return true;
  }
  const outside = items.find((item) => !allowed.items.some((other) => sameValue(item, other)));
  return outside === undefined || report(outside);
}

// Secrets of a step: which it names, their values, and texts without them. A value leaves this process nowhere.
import type { Diagnostic } from '../parser/diagnostic.ts';
import type { CheckedStep } from '../compiler/pipeline.ts';
import { stepFailure } from '../stages/step-failure.ts';
import type { Json, SecretValue } from '../stages/value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names of environment variables, each once. */
export function secretNames(options: Iterable<Json>): readonly string[] {
  const names = new Set<string>();
  const visit = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    if (isSecret(value)) names.add(value.$secret);
    else Object.values(value).forEach(visit);
  };
  for (const value of options) visit(value);
  return [...names];
}

/** Of the step and of the stages inside it. */
export function secretsOf({ options, block }: Pick<CheckedStep, 'options' | 'block'>): readonly string[] {
  const inside = block?.stages.flatMap((stage) => Object.values(stage.options)) ?? [];
  return secretNames([...Object.values(options), ...inside]);
}

/** Throws `Failure` where the variable is not set, or empty. */
export function secretValue(name: string, env: Environment): string {
  const value = env[name];
  if (value === undefined || value === '') throw stepFailure({ code: 'unset-variable', ...unset(name) });
  return value;
}

export function unset(name: string): Pick<Diagnostic, 'message'> & { readonly hint: string } {
  return {
    message: `the secret \`${name}\` is not in the environment`,
    hint: `set the variable: \`export ${name}=…\``,
  };
}

/** Puts the name where a value stands, as it is or in a form that it usually travels in. */
export function redactor(names: readonly string[], env: Environment): (text: string) => string {
  const known = names.flatMap((name) => {
    const value = env[name] ?? '';
    return value === '' ? [] : formsOf(value).map((form) => ({ name, form }));
  });
  known.sort((a, b) => b.form.length - a.form.length); // of two where one contains the other, the longer first
  return (text) => known.reduce((left, { name, form }) => left.replaceAll(form, `<secret ${name}>`), text);
}

/** As it is, in an address, in JSON, and in base64. */
function formsOf(value: string): readonly string[] {
  const base64 = Buffer.from(value).toString('base64');
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), base64];
  return [...new Set([...forms, base64.replace(/=+$/, '')])];
}

export function redactedDiagnostic(entry: Diagnostic, redact: (text: string) => string): Diagnostic {
  const { hint, fix } = entry;
  return {
    ...entry,
    message: redact(entry.message),
    notes: entry.notes.map((note) => ({ ...note, message: redact(note.message) })),
    ...(hint === undefined ? {} : { hint: redact(hint) }),
    ...(fix === undefined ? {} : { fix: { ...fix, text: redact(fix.text) } }),
  };
}

/** Throws `Failure` where a file of a result holds the value of a secret. */
export function refuseSecrets(
  bytes: Uint8Array,
  file: string,
  secrets: readonly { readonly name: string; readonly value: string }[],
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = secrets.find(({ value }) => formsOf(value).some((form) => buffer.includes(form)));
  if (found === undefined) return;
  throw stepFailure({
    code: 'secret-in-output',
    message: `the value of the secret \`${found.name}\` stands in \`${file}\` of the result`,
    hint: 'nothing was kept; this is a mistake of the package that the stage comes from',
  });
}

function isSecret(value: object): value is SecretValue {
  return '$secret' in value && typeof value.$secret === 'string';
}

// The body of a request as texts to label, or what is wrong with it.
import { suggest } from '../../parser/suggest.ts';
import type { TextPair } from '../../stages/asked-texts.ts';
import { Refusal, type HttpCode } from './http-problem.ts';
import type { AskedText } from './model-message.ts';

/** In one request. */
export const mostTexts = 1_000;

const fields = ['text', 'texts'];

/** `pair`: what a model of pairs calls the two texts. Throws `Refusal`. */
export function askedIn(body: Uint8Array, pair: TextPair | undefined): readonly AskedText[] {
  const example = pair === undefined ? '"Where is my parcel?"' : '["first text", "second text"]';
  const form = `the body is such as {"texts": [${example}]}, or {"text": ${example}} for one`;
  const refuse = (code: HttpCode, message: string, hint = form): never => {
    throw new Refusal({ code, message, hint });
  };
  const value = parsed(body, form);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('wrong-type', `the body is ${kindOf(value)}, and an object is expected`);
  const given: readonly (readonly [string, unknown])[] = Object.entries(value);
  const unknown = given.find(([name]) => !fields.includes(name));
  if (unknown !== undefined) {
    const near = suggest(unknown[0], fields);
    const hint = near === undefined ? form : `did you mean "${near}"? ${form}`;
    return refuse('unknown-field', `the body has a field that is neither "text" nor "texts"`, hint);
  }
  const [only, another] = given;
  if (only === undefined) return refuse('missing-field', 'the body has no texts');
  if (another !== undefined) return refuse('unknown-field', 'the body has both "text" and "texts"');
  const [name, content] = only;
  const asked = name === 'text' ? [content] : content;
  if (!isList(asked)) return refuse('wrong-type', `"texts" is ${kindOf(asked)}, and a list is expected`);
  if (asked.length === 0) return refuse('empty-list', '"texts" is empty', 'give at least one text');
  if (asked.length > mostTexts)
    return refuse(
      'too-many-texts',
      `"texts" has ${asked.length} entries, and ${mostTexts} are allowed`,
      'send them in several requests',
    );
  const wanted = pair === undefined ? 'a string' : `a list of two strings (${pair.join(', ')})`;
  return asked.map((one, i): AskedText => {
    if (pair === undefined ? typeof one === 'string' : isPair(one)) return one as AskedText; // just checked
    const place = name === 'text' ? '"text"' : `texts[${i}]`;
    return refuse('wrong-type', `${place} is ${kindOf(one)}, and ${wanted} is expected`);
  });
}

function parsed(body: Uint8Array, hint: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'is not UTF-8';
    throw new Refusal({ code: 'not-json', message: `the body ${why}`, hint });
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isPair(value: unknown): boolean {
  return isList(value) && value.length === 2 && value.every((one) => typeof one === 'string');
}

/** Never its contents: texts of users stay out of messages. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (isList(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

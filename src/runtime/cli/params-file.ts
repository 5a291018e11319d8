// `--params FILE.yaml`: names of parameters with their values, in YAML or JSON. Problems stand at their places in that file.
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document, type Node } from 'yaml';
import type { GivenParam, GivenValue } from '../../compiler/given-value.ts';
import { diagnostic, Failure, type Diagnostic } from '../../parser/diagnostic.ts';
import type { Source, Span } from '../../parser/source.ts';
import { decodeText } from '../../stages/tables/text-file.ts';
import { unreadable } from '../matching-files.ts';
import { usage, type Context } from './context.ts';
import { shownPath } from './shown-path.ts';

export interface ParamsFile {
  readonly params: readonly GivenParam[];
  /** What is wrong with the file; the parameters concerned are left out. */
  readonly problems: readonly Diagnostic[];
}

/** Throws `Failure` where the file is not there or no text. */
export function paramsFile(context: Context, file: string): ParamsFile {
  const { cwd } = context.host;
  const source = readSource(context, file);
  const problems = new Problems(source);
  const [document, second] = documentsIn(source, problems);
  // A tag that nobody knows is only a warning to the reader of YAML; what was meant by it is lost.
  for (const { pos, message, code } of [...(document?.errors ?? []), ...(document?.warnings ?? [])])
    if (code === 'DUPLICATE_KEY')
      problems.add(pos[0], pos[1], 'this parameter is given twice', 'remove one of them');
    else problems.add(pos[0], pos[1], `this is no YAML: ${message}`);
  if (second !== undefined)
    problems.add(
      second.range[0],
      second.range[0],
      'the file holds a second document: parameters stand in one',
    );
  if (document === undefined || problems.list.length > 0 || document.contents === null)
    return { params: [], problems: problems.list };
  const { contents } = document;
  if (!isMap(contents)) {
    const [start, end] = contents.range ?? [0, 0];
    problems.add(start, end, 'parameters are written `name: value`, one on a line');
    return { params: [], problems: problems.list };
  }
  const params: GivenParam[] = [];
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    const nameSpan = problems.spanOf(key); // a pair read from text has nodes
    if (name === undefined) {
      problems.add(nameSpan.start, nameSpan.end, 'the name of a parameter is a word');
      continue;
    }
    const node = value as Node | null;
    const span = node === null ? nameSpan : problems.spanOf(node);
    const given = valueOf(node, { document, left: mostValues });
    if (given === undefined) {
      problems.add(span.start, span.end, `\`${name}\` has no value that a parameter could have`);
      continue;
    }
    const resolvePath = (path: string): string => (isAbsolute(path) ? path : resolve(cwd, path));
    params.push({ name, value: given, from: 'file', span, nameSpan, resolvePath });
  }
  return { params, problems: problems.list };
}

/** Aliases of aliases multiply: a file of 400 bytes can stand for billions of values. */
const mostValues = 200_000;

interface Reading {
  readonly document: Document;
  /** How many values may still be read. */
  left: number;
}

function documentsIn(source: Source, problems: Problems): readonly Document.Parsed[] {
  try {
    const documents = parseAllDocuments(source.text, { prettyErrors: false });
    return 'empty' in documents ? [] : documents;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the reader goes into what is nested by recursion
    problems.add(0, 0, 'the values are nested too deeply');
    return [];
  }
}

const form =
  'write `name: value`, as in `shots: 4` or `seeds: [1, 2]`; durations, sizes and shares as in the language';

class Problems {
  readonly list: Diagnostic[] = [];
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  add(start: number, end: number, message: string, hint = form): void {
    this.list.push(
      diagnostic({
        code: 'bad-params-file',
        message,
        span: { source: this.#source, start, end: Math.max(start, end) },
        hint,
      }),
    );
  }

  spanOf(node: Node): Span {
    const [start, end] = node.range ?? [0, 0];
    return { source: this.#source, start, end };
  }
}

/** Texts are read as the parameter's type says, so that `10%`, `30s` and `8GB` need no quotes. */
function valueOf(node: Node | null, reading: Reading): GivenValue | undefined {
  reading.left -= 1;
  if (reading.left < 0) return undefined;
  if (node === null) return { form: 'value', value: { type: 'null' } };
  if (isAlias(node)) {
    const target = node.resolve(reading.document);
    return target === undefined ? undefined : valueOf(target, reading);
  }
  if (isSeq(node)) {
    const items: GivenValue[] = [];
    for (const item of node.items) {
      const value = valueOf(item as Node | null, reading);
      if (value === undefined) return undefined;
      items.push(value);
    }
    return { form: 'list', items };
  }
  if (!isScalar(node)) return undefined;
  const { value } = node;
  switch (typeof value) {
    case 'string':
      return { form: 'text', text: value, exact: true };
    case 'boolean':
      return { form: 'value', value: { type: 'bool', value } };
    case 'number':
      if (!Number.isFinite(value)) return undefined;
      return { form: 'value', value: { type: isWhole(node.source) ? 'int' : 'float', value } };
    default:
      return value === null ? { form: 'value', value: { type: 'null' } } : undefined;
  }
}

/** `8`, not `8.0` or `8e0`. */
function isWhole(source: string | undefined): boolean {
  return source !== undefined && !/[.eE]/.test(source.replace(/^0x/i, ''));
}

function readSource(context: Context, file: string): Source {
  const { cwd } = context.host;
  const path = resolve(cwd, file);
  const name = shownPath(path, cwd);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const fact = unreadable(path, error, () => file);
    throw usage(
      context,
      file,
      fact.state === 'wrong' ? fact.problem : { message: `\`${file}\` cannot be read` },
    );
  }
  const decoded = decodeText({ name, bytes });
  if (decoded.state === 'unreadable') throw new Failure(decoded.problem);
  return { path: name, text: decoded.file.text };
}

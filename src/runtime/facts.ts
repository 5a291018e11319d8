// The runtime's answers to what the compiler may ask about files. Synchronous; each question is answered once.
import { readFileSync, statSync } from 'node:fs';
import type { Fact, Facts, MachineFacts } from '../stages/facts.ts';
import { readJsonValue } from '../stages/tables/json.ts';
import type { Json } from '../stages/value.ts';
import { createDigester } from './digest-files.ts';
import { matchingFiles, unreadable } from './matching-files.ts';
import { modelFacts } from './model-facts.ts';
import { projectFile, type Project } from './project-files.ts';
import { tableFacts, wholeUpTo } from './table-facts.ts';

export interface FactsSettings {
  /** Where counts of data files are kept from run to run; made when needed. */
  readonly cacheDirectory?: string;
  /** How an absolute path is shown to people. */
  readonly display: (path: string) => string;
  readonly project: Project;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** sha256 of a file; by default each file is digested once. */
  readonly digest?: (path: string) => string;
  /** Absent where steps do not run on this machine. */
  readonly machine?: MachineFacts;
}

export interface RuntimeFacts extends Facts {
  /** The files that `source` was asked for, absolute. */
  sources(): readonly string[];
}

export function createFacts(settings: FactsSettings): RuntimeFacts {
  const { display, cacheDirectory, project, env, machine } = settings;
  const digester = createDigester(undefined);
  const digest = settings.digest ?? ((path: string) => digester.digest(path));
  const sources = new Set<string>();
  const answers = new Map<string, Fact<unknown>>();
  function once<T>(question: readonly unknown[], answer: () => Fact<T>): Fact<T> {
    const key = JSON.stringify(question);
    let known = answers.get(key);
    if (known === undefined) answers.set(key, (known = answer()));
    return known as Fact<T>; // stored under its own question
  }
  return {
    files: (pattern) => once(['files', pattern], () => matchingFiles(pattern, display)),
    table: (request) =>
      once(['table', request], () => tableFacts(request, { cacheDirectory, display, digest })),
    digest: (path) => once(['digest', path], () => digestFact(path, display, digest)),
    json: (path) => once(['json', path], () => jsonFact(path, display)),
    source: (path) => {
      sources.add(path);
      return once(['source', path], () => projectFile(path, project, display));
    },
    sources: () => [...sources],
    env: (name) => env[name],
    modelFolder: (path) => once(['model', path], () => modelFacts(path, display)),
    ...(machine === undefined ? {} : { machine: () => machine }),
  };
}

function digestFact(
  path: string,
  display: (path: string) => string,
  digest: (path: string) => string,
): Fact<string> {
  try {
    if (statSync(path).size > wholeUpTo) return { state: 'unknown' };
    return { state: 'known', value: digest(path) };
  } catch (error) {
    return unreadable(path, error, display);
  }
}

function jsonFact(path: string, display: (path: string) => string): Fact<Json> {
  return fromBytes(path, display, (bytes) => {
    const json = readJsonValue({ name: display(path), bytes });
    if (json.state === 'unreadable') return { state: 'wrong', problem: json.problem };
    return { state: 'known', value: json.value as Json }; // parsed JSON
  });
}

function fromBytes<T>(
  path: string,
  display: (path: string) => string,
  answer: (bytes: Uint8Array) => Fact<T>,
): Fact<T> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return unreadable(path, error, display);
  }
  return answer(bytes);
}

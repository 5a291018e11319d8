// The runtime's answers to what the compiler may ask about files. Synchronous; each question is answered once.
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Fact, Facts, MachineFacts } from '../stages/facts.ts';
import type { HubSource } from '../stages/hub-source.ts';
import { readJsonValue } from '../stages/tables/json.ts';
import type { Json } from '../stages/value.ts';
import { createDigester } from './digest-files.ts';
import { cachedModel } from './hub/hub-cache.ts';
import { matchingFiles, unreadable } from './matching-files.ts';
import { modelFacts } from './model-facts.ts';
import { projectFile, type Project } from './project-files.ts';
import { namedFiles } from './named-files.ts';
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
  /** Absent where models of the hub are not to be had. */
  readonly hub?: { readonly cache: string; readonly offline: boolean };
  /** Absent where steps do not run on this machine. */
  readonly machine?: MachineFacts;
}

export interface RuntimeFacts extends Facts {
  /** The files that `source` was asked for, absolute. */
  sources(): readonly string[];
}

export function createFacts(settings: FactsSettings): RuntimeFacts {
  const { display, cacheDirectory, project, env, hub, machine } = settings;
  const digester = createDigester(undefined);
  const digest = settings.digest ?? ((path: string) => digester.digest(path));
  const sources = new Set<string>();
  const answers = new Map<string, Fact<unknown>>();
  /** Models of the hub that were asked for, by their folder. */
  const hubModels = new Map<string, HubSource & { readonly ready: boolean }>();
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
    named: (request, column) => once(['named', request, column], () => namedFiles(request, column, display)),
    digest: (path) => once(['digest', path], () => digestFact(path, display, digest)),
    json: (path) => once(['json', path], () => jsonFact(path, display)),
    source: (path) => {
      sources.add(path);
      return once(['source', path], () => projectFile(path, project, display));
    },
    sources: () => [...sources],
    env: (name) => env[name],
    modelFolder: (path) => {
      const model = hubModels.get(path);
      if (model?.ready === false) return { state: 'unknown' };
      const shown = model === undefined ? display : (file: string) => hubName(model.text, path, file);
      return once(['model', path], () => modelFacts(path, shown));
    },
    ...(hub !== undefined && {
      hubModel: (source: HubSource) =>
        once(['hub', source.text], () => {
          const fact = hubFact(hub, source);
          if (fact.state === 'known') hubModels.set(fact.value.path, { ...source, ready: fact.value.ready });
          return fact;
        }),
    }),
    ...(machine === undefined ? {} : { machine: () => machine }),
  };
}

/** A file of the model as people know it. */
function hubName(text: string, folder: string, file: string): string {
  const inside = relative(folder, file);
  return inside === '' ? text : `${text}/${inside}`;
}

function hubFact(
  { cache, offline }: NonNullable<FactsSettings['hub']>,
  source: HubSource,
): Fact<{ readonly path: string; readonly ready: boolean }> {
  const model = cachedModel(cache, source);
  // What somebody else fetched may lack files that are optional, and without them the model is another one: but offline it is all there is.
  if (model.state === 'ready' || (model.state === 'partial' && offline))
    return { state: 'known', value: { path: model.path, ready: true } };
  if (!offline)
    return { state: 'known', value: { path: join(cache, source.text.slice('hf:'.length)), ready: false } };
  return {
    state: 'wrong',
    problem: {
      code: 'not-downloaded',
      message: `\`${source.text}\` has not been downloaded, and \`--offline\` forbids it`,
      hint: 'run once without `--offline`, or give the model as a folder, such as "./all-MiniLM-L6-v2"',
    },
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

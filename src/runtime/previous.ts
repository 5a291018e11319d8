// What each step of a program was made from last time: only to say what changed, never to decide what is up to date.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import type { Json } from '../stages/value.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { errorCode, readSealed, replaceFile, seal } from './durable.ts';
import type { KeyParts } from './key.ts';
import type { Store } from './store.ts';

export interface PreviousStep {
  readonly key: string;
  readonly parts: KeyParts;
  readonly outcome: 'done' | 'failed';
  /** What it cost when it last ran; unknown for one that never finished. */
  readonly seconds?: number;
}

/** The state of every step of one program after the run that last dealt with it. */
export interface Previous {
  get(id: string): PreviousStep | undefined;
  /** Under which names the steps of a kind were known. */
  ids(kind: string): readonly string[];
}

interface ProgramRecord {
  readonly version: 1;
  readonly program: string;
  readonly steps: Readonly<Record<string, PreviousStep>>;
}

/** Reads the record only once it is asked for: with everything cached nobody does. */
export function openPrevious(store: Store, programFile: string): Previous {
  let steps: Readonly<Record<string, PreviousStep>> | undefined;
  let byKind: Map<string, string[]> | undefined;
  const all = (): Readonly<Record<string, PreviousStep>> => (steps ??= readSteps(store, programFile));
  return {
    get: (id) => (Object.hasOwn(all(), id) ? all()[id] : undefined),
    ids: (kind) => {
      if (byKind === undefined) {
        byKind = new Map();
        for (const [id, step] of Object.entries(all())) {
          const ids = byKind.get(step.parts.kind);
          if (ids === undefined) byKind.set(step.parts.kind, [id]);
          else ids.push(id);
        }
      }
      return byKind.get(kind) ?? [];
    },
  };
}

export interface Remembered {
  readonly store: Store;
  readonly programFile: string;
  /** Every step of the program, whether this run dealt with it or not; others are forgotten. */
  readonly ids: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, PreviousStep>;
  readonly drafts: string;
}

/** Writes what this run found out over what was known; writes nothing where nothing changed. */
export function remember({ store, programFile, ids, steps, drafts }: Remembered): void {
  const known = readSteps(store, programFile);
  const merged: Record<string, PreviousStep> = {};
  for (const id of ids) {
    const step = steps.get(id) ?? known[id];
    if (step !== undefined) merged[id] = step;
  }
  const record: ProgramRecord = { version: 1, program: programName(store, programFile), steps: merged };
  const text = seal(record);
  const path = recordPath(store, programFile);
  if (text !== readOrNone(path)) replaceFile(path, text, drafts);
}

/** Every program that has run, with the keys of its steps. Damaged records are passed over. */
export function listPrograms(
  store: Store,
): readonly { readonly program: string; readonly keys: readonly string[] }[] {
  return programRecords(store).flatMap((name) => {
    const sealed = readSealed(store.path('programs', name));
    if (sealed.state !== 'whole') return [];
    const { program, steps } = sealed.record as ProgramRecord; // sealed by `remember`
    return [{ program, keys: Object.values(steps).map(({ key }) => key) }];
  });
}

function programRecords(store: Store): readonly string[] {
  try {
    return readdirSync(store.path('programs')).filter((name) => /^[0-9a-f]{16}\.json$/.test(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // nothing has run
    throw error;
  }
}

/** The path of the program seen from the store, so that a moved checkout remembers. */
export function programName(store: Store, programFile: string): string {
  return relative(dirname(store.directory), programFile).split(sep).join('/');
}

function programId(store: Store, programFile: string): string {
  return sha256(programName(store, programFile)).slice(0, 16);
}

/**
 * For steps that have another name now: of the records of the kind that belong to no step of the program any more, the one that
 * shares most with it. Each record answers once.
 */
export function openOrphans(
  previous: Previous,
  ids: ReadonlySet<string>,
): (parts: KeyParts) => PreviousStep | undefined {
  const left = new Map<string, Map<string, readonly string[]>>();
  return (parts) => {
    let orphans = left.get(parts.kind);
    if (orphans === undefined) {
      const unnamed = previous.ids(parts.kind).filter((id) => !ids.has(id));
      orphans = new Map(unnamed.map((id) => [id, features(previous.get(id)?.parts)]));
      left.set(parts.kind, orphans);
    }
    if (orphans.size === 0) return undefined;
    const own = new Set(features(parts));
    let best: { readonly id: string; readonly shared: number } | undefined;
    let looked = 0;
    for (const [id, theirs] of orphans) {
      const shared = theirs.reduce((count, feature) => count + (own.has(feature) ? 1 : 0), 0);
      if (shared > (best?.shared ?? 0)) best = { id, shared };
      if (best?.shared === own.size - 1 || ++looked >= mostCompared) break;
    }
    if (best === undefined) return undefined;
    orphans.delete(best.id);
    return previous.get(best.id);
  };
}

/** Bounds the work where thousands of steps were renamed at once. */
const mostCompared = 64;

function features(parts: KeyParts | undefined): readonly string[] {
  if (parts === undefined) return [];
  const { options, inputs, seed, version, block = [] } = parts;
  return [
    `version ${version}`,
    `seed ${seed}`,
    ...Object.entries(options).map(
      ([name, value]: [string, Json]) => `option ${name} ${canonicalJson(value)}`,
    ),
    ...Object.entries(inputs).map(([name, value]) => `input ${name} ${canonicalJson(value)}`),
    ...block.map((stage, i) => `stage ${i} ${canonicalJson(stage)}`),
  ];
}

function readSteps(store: Store, programFile: string): Readonly<Record<string, PreviousStep>> {
  const sealed = readSealed(recordPath(store, programFile));
  return sealed.state === 'whole' ? (sealed.record as ProgramRecord).steps : {}; // sealed by `remember`
}

function recordPath(store: Store, programFile: string): string {
  return store.path('programs', `${programId(store, programFile)}.json`);
}

function readOrNone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

// The folder in which models of the Hugging Face hub are kept, in the layout that Python's huggingface_hub has, so that both find what the
// other one fetched: models--OWNER--NAME/{refs/REVISION, blobs/DIGEST, snapshots/COMMIT/FILE}. A list of ours beside these says which files a
// commit's model consists of: a snapshot may hold fewer. Reads only.
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HubSource } from '../../stages/hub-source.ts';
import { isRecord } from '../../stages/tables/json.ts';

export interface HubFile {
  /** Within the model: `1_Pooling/config.json`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** What the hub says that it is, and the name of its blob: sha256 of large files, Git's object id of others. */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

export interface HubPlace {
  /** `models--owner--name` */
  readonly folder: string;
  /** Where the revision's commit is written down. */
  readonly ref: string;
  snapshot(commit: string): string;
  blob(file: HubFile): string;
  /** The list of a commit's files. */
  list(commit: string): string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function hubCache(env: Environment): string {
  const given = env['HF_HUB_CACHE'] ?? env['HUGGINGFACE_HUB_CACHE'];
  return given ?? join(hubHome(env), 'hub');
}

/** Where the cache and a token that was logged in with are. */
export function hubHome(env: Environment): string {
  const cache = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache');
  return env['HF_HOME'] ?? join(cache, 'huggingface');
}

export function hubPlace(cache: string, { repository, revision }: HubSource): HubPlace {
  const folder = join(cache, `models--${repository.replace('/', '--')}`);
  return {
    folder,
    ref: join(folder, 'refs', revision),
    snapshot: (commit) => join(folder, 'snapshots', commit),
    blob: ({ digest }) => join(folder, 'blobs', digest.hex),
    list: (commit) => join(folder, `fsl-${commit}.json`),
  };
}

export type CachedModel =
  | { readonly state: 'ready'; readonly path: string; readonly commit: string }
  /** Somebody else fetched of it what they needed. */
  | { readonly state: 'partial'; readonly path: string; readonly commit: string }
  | { readonly state: 'absent' };

export function cachedModel(cache: string, source: HubSource): CachedModel {
  const place = hubPlace(cache, source);
  const commit = commitOf(place, source);
  if (commit === undefined) return { state: 'absent' };
  const path = place.snapshot(commit);
  const files = readList(place.list(commit));
  if (files?.every((file) => sizeOf(join(path, file.path)) === file.size) === true)
    return { state: 'ready', path, commit };
  return sizeOf(join(path, 'config.json')) === undefined
    ? { state: 'absent' }
    : { state: 'partial', path, commit };
}

/** The commit of the revision as it was when it was last resolved. */
function commitOf({ ref }: HubPlace, { revision }: HubSource): string | undefined {
  if (isCommit(revision)) return revision;
  try {
    const text = readFileSync(ref, 'utf8').trim();
    return isCommit(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

export function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Nothing where there is none, or it is not ours. */
function readList(path: string): readonly HubFile[] | undefined {
  try {
    const files: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(files) && files.every(isHubFile) ? files : undefined;
  } catch {
    return undefined;
  }
}

function isHubFile(value: unknown): value is HubFile {
  return (
    isRecord(value) &&
    typeof value['path'] === 'string' &&
    typeof value['size'] === 'number' &&
    isRecord(value['digest'])
  );
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}

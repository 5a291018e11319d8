// A model of the hub into the cache folder that Python shares. The list of its files is written last: what it names is complete.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HubSource } from '../../stages/hub-source.ts';
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../stages/process-identity.ts';
import { newNonce } from '../nonce.ts';
import { downloadFile } from './download-file.ts';
import type { HubAccess } from './hub-access.ts';
import { hubPlace, isCommit, type HubPlace } from './hub-cache.ts';
import { asHubError, listModel, type ModelListing } from './model-listing.ts';

export interface ModelDownload {
  readonly access: HubAccess;
  readonly cache: string;
  readonly source: HubSource;
  readonly signal: AbortSignal;
  /** Bytes of the whole model. */
  readonly progress: (done: number, total: number) => void;
  readonly pauses?: readonly number[];
}

export interface DownloadedModel {
  readonly commit: string;
  /** Bytes of the files that were not there. */
  readonly fetched: number;
}

/** Throws `HubError` where it cannot be had, `signal.reason` when stopped; what is there stays. */
export async function downloadModel(download: ModelDownload): Promise<DownloadedModel> {
  const { access, cache, source } = download;
  const listing = await listModel(access, source);
  const place = hubPlace(cache, source);
  let unlock = async (): Promise<void> => undefined;
  try {
    await mkdir(place.folder, { recursive: true });
    unlock = await lock(join(place.folder, 'fsl.lock'), download.signal);
    return { commit: listing.commit, fetched: await fetchFiles(download, listing, place) };
  } catch (error) {
    download.signal.throwIfAborted();
    throw asHubError(error, source, access);
  } finally {
    await unlock();
  }
}

async function fetchFiles(
  { access, source, signal, progress, ...rest }: ModelDownload,
  { commit, files }: ModelListing,
  place: HubPlace,
): Promise<number> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  let fetched = 0;
  for (const file of files) {
    const blob = place.blob(file);
    if ((await stat(blob).catch(() => undefined))?.size !== file.size) {
      const path = file.path.split('/').map(encodeURIComponent).join('/');
      const url = `${access.endpoint}/${source.repository}/resolve/${commit}/${path}`;
      const tell = (done: number): void => progress(before + done, total);
      await downloadFile({ access, url, file, blob, signal, progress: tell, ...rest });
      fetched += file.size;
    }
    before += file.size;
    progress(before, total);
    await link(blob, join(place.snapshot(commit), file.path));
  }
  await replace(place.list(commit), `${JSON.stringify(files)}\n`);
  if (!isCommit(source.revision)) await replace(place.ref, commit);
  return fetched;
}

/** As Python does: a relative link; a copy where the system has no links for us. */
async function link(blob: string, path: string): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true }); // a link to what is not there
  await symlink(relative(dirname(path), blob), path).catch(async () => copyFile(blob, path));
}

async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${newNonce()}`;
  await writeFile(draft, text);
  await rename(draft, path);
}

/** How long a lock is believed of which nothing but its age can be known: of a process of another machine, and of one killed while writing it. */
const believed = { elsewhere: 3_600_000, unreadable: 10_000 }; // ms

/** One runner a model; the lock of a dead process is taken away. */
async function lock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const own = ownIdentity();
  for (;;) {
    signal.throwIfAborted();
    try {
      await writeFile(path, JSON.stringify(own), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await readFile(path, 'utf8')
      .then((text) => JSON.parse(text) as ProcessIdentity) // written above
      .catch(() => undefined);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    const liveness = holder === undefined ? 'unknown' : livenessOf(holder, own);
    const patience = holder === undefined ? believed.unreadable : believed.elsewhere;
    if (liveness === 'dead' || (liveness === 'unknown' && age > patience)) await rm(path, { force: true });
    else await sleep(200, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

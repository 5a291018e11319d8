// How much is to be downloaded of models of the hub, as far as it tells within a few seconds. Downloads nothing.
import { statSync } from 'node:fs';
import type { HubSource } from '../../stages/hub-source.ts';
import { hubAccess } from './hub-access.ts';
import { hubCache, hubPlace } from './hub-cache.ts';
import { listModel } from './model-listing.ts';

const patience = 5_000; // ms

/** Bytes by how the model is written; without those that the hub does not tell. */
export async function downloadSizes(
  env: Readonly<Record<string, string | undefined>>,
  sources: readonly HubSource[],
): Promise<ReadonlyMap<string, number>> {
  const access = hubAccess(env, AbortSignal.timeout(patience));
  const sizes = await Promise.all(
    sources.map(async (source) => {
      try {
        const place = hubPlace(hubCache(env), source);
        const { files } = await listModel(access, source);
        const lacking = files.filter(
          (file) => statSync(place.blob(file), { throwIfNoEntry: false })?.size !== file.size,
        );
        return [[source.text, lacking.reduce((sum, { size }) => sum + size, 0)] as const];
      } catch {
        return []; // a run says what is wrong with it
      }
    }),
  );
  return new Map(sizes.flat());
}

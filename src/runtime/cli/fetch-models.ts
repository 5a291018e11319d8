// Downloads the models that a program needs before it runs: shows how far it is, and stops in good order.
import { Failure } from '../../parser/diagnostic.ts';
import { downloadModel } from '../hub/download-model.ts';
import { hubAccess } from '../hub/hub-access.ts';
import { hubCache } from '../hub/hub-cache.ts';
import { HubError } from '../hub/hub-error.ts';
import { bytes } from '../report/quantity.ts';
import { isRich, type Context } from './context.ts';
import type { WantedModel } from './hub-models.ts';

export interface FetchFlags {
  readonly color: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const redrawEvery = 200; // ms

/** False where it was interrupted. Throws `Failure` (`download-failed`) where a model cannot be had. */
export async function fetchModels(
  { host }: Context,
  models: readonly WantedModel[],
  flags: FetchFlags,
): Promise<boolean> {
  const stop = new AbortController();
  const release = host.onInterrupt(() => {
    if (stop.signal.aborted) host.exit(130);
    else stop.abort();
  });
  const access = hubAccess(host.env, stop.signal);
  const cache = hubCache(host.env);
  const shown = flags.quiet !== true;
  const live = shown && flags.json !== true && isRich(host.stderr, host, flags);
  const clear = live ? '\r\u001B[K' : '';
  try {
    for (const { source, span } of models) {
      let drawn = 0;
      let last = { done: 0, total: 0 };
      const progress = (done: number, total: number): void => {
        last = { done, total };
        if (!live || host.now() - drawn < redrawEvery) return;
        drawn = host.now();
        host.stderr.write(`${clear}${source.text}  ${bytes(done)} of ${bytes(total)}`);
      };
      try {
        const settings = { access, cache, source, signal: stop.signal, progress };
        const { commit, fetched } = await downloadModel(settings);
        const what = fetched === 0 ? 'in the cache' : `downloaded ${bytes(fetched)}`;
        if (shown) host.stderr.write(`${clear}${source.text}  ${what}, commit ${commit.slice(0, 12)}\n`);
      } catch (error) {
        if (stop.signal.aborted) {
          const { done, total } = last;
          const kept = ` ${bytes(done)} of ${bytes(total)} are kept, and the next run goes on from there.`;
          host.stderr.write(
            `${clear}Interrupted while downloading \`${source.text}\`.${total === 0 ? '' : kept}\n`,
          );
          return false;
        }
        if (!(error instanceof HubError)) throw error;
        host.stderr.write(clear);
        throw new Failure({ code: 'download-failed', message: error.message, hint: error.hint, span });
      }
    }
    return true;
  } finally {
    release();
  }
}

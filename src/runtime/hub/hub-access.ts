// How the hub is spoken to: its address, the token and `fetch` with both. The token goes to that address only, and nowhere else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hubHome } from './hub-cache.ts';

export interface HubAccess {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly fetch: typeof fetch;
  /** Whether a token is sent. */
  readonly token: boolean;
}

/** How long nothing may come before a connection counts as dead. */
export const silence = 60_000; // ms

type Environment = Readonly<Record<string, string | undefined>>;

export function hubAccess(env: Environment, signal: AbortSignal): HubAccess {
  const given = env['HF_ENDPOINT'] ?? '';
  const endpoint = (given === '' ? 'https://huggingface.co' : given).replace(/\/+$/, '');
  const token = env['HF_TOKEN'] ?? storedToken(env) ?? '';
  return {
    endpoint,
    token: token !== '',
    fetch: async (input, init) => {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await once(input, init);
        } catch (error) {
          // A connection that was kept open may have been closed by the other side at this moment.
          if (attempt === 2 || signal.aborted || init?.signal?.aborted === true) throw error;
          await sleep(200 * (attempt + 1), undefined, { signal });
        }
      }
    },
  };

  async function once(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const headers = new Headers(init?.headers);
    const url = new URL(input instanceof Request ? input.url : input);
    if (token !== '' && url.origin === new URL(endpoint).origin)
      headers.set('authorization', `Bearer ${token}`);
    const dead = new AbortController();
    const timer = setTimeout(() => dead.abort(new Error('no answer')), silence);
    try {
      const signals = [signal, dead.signal, ...(init?.signal ? [init.signal] : [])];
      return await fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Of `hf auth login`. */
function storedToken(env: Environment): string | undefined {
  try {
    return readFileSync(env['HF_TOKEN_PATH'] ?? join(hubHome(env), 'token'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

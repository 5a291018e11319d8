// Which claims and locks of others still count. A file whose maker is known to be gone counts for nothing; otherwise its
// heartbeat tells, timed by the clock of who waits, so that clocks of other machines and old file times do not matter.
import { stat } from 'node:fs/promises';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.ts';

export interface Watch {
  readonly own: ProcessIdentity;
  /** Whether nobody has to wait for the file; `owner` is `undefined` where it does not say who made it. */
  isVoid(path: string, owner: ProcessIdentity | undefined): Promise<boolean>;
  /** To be called again and again while waiting since `since`; tells once who is waited for, and never at once. */
  waiting(since: number, owner: ProcessIdentity | undefined, doing: string): void;
}

/** A maker that was killed before it wrote its name, or is just about to. */
const namelessMs = 1_000;
/** Makers on other machines or in other containers. */
const unknownMs = 30_000;
/** Living makers: stopped, or computing without a pause. */
const aliveMs = 120_000;
const tellAfterMs = 5_000;

export function createWatch(note: (message: string) => void): Watch {
  const own = ownIdentity();
  const heard = new Map<string, { readonly beat: string; readonly at: number }>();
  const told = new Set<string>();

  return {
    own,
    isVoid: async (path, owner) => {
      const liveness = owner && livenessOf(owner, own);
      if (liveness === 'dead') return true;
      const info = await stat(path).catch(() => undefined);
      if (info === undefined) return true;
      const beat = `${info.ino} ${info.mtimeMs}`;
      const last = heard.get(path);
      if (last?.beat !== beat) heard.set(path, { beat, at: Date.now() });
      const limit = liveness === undefined ? namelessMs : liveness === 'unknown' ? unknownMs : aliveMs;
      return last?.beat === beat && Date.now() - last.at > limit;
    },
    waiting: (since, owner, doing) => {
      if (owner === undefined || Date.now() - since < tellAfterMs) return;
      const name = `process ${owner.pid}${owner.host === own.host ? '' : ` on ${owner.host}`}`;
      if (told.has(name)) return;
      told.add(name);
      note(`waits for ${name}, which is ${doing}`);
    },
  };
}

// Which process is it, as the runner's claims and the caches of stages both ask; and names that no two processes choose.
import { randomBytes } from 'node:crypto';

export { livenessOf, ownIdentity, type Liveness, type ProcessIdentity } from '../stages/process-identity.ts';

/** For names that no other process chooses. */
export function newNonce(): string {
  return randomBytes(6).toString('hex');
}

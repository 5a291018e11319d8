// A call in the place of a model, `encoder(layers: 3)`, as a running stage sees it: an artifact of one file. Knows no calls.
import type { Artifact } from './artifact.ts';
import type { CallDeclaration, CallOf } from './option.ts';

export const callFile = 'call.json';

/** Nothing for a model that there is. */
export async function readCall<const C extends Readonly<Record<string, CallDeclaration>>>(
  artifact: Artifact,
  _calls: C,
): Promise<CallOf<C> | undefined> {
  if (!artifact.names.includes(callFile)) return undefined;
  return JSON.parse(new TextDecoder().decode(await artifact.read(callFile))) as CallOf<C>; // checked by the compiler, against the same declaration
}

// An artifact with some of its files in the place of others, or held in memory. Knows nothing of what the files mean.
import { createHash } from 'node:crypto';
import type { Artifact } from './artifact.ts';
import { digestOfFiles } from './artifact-folder.ts';
import { compareCodePoints } from './code-point-order.ts';

/** The files of both; of one name those of `over`. */
export function overlaid(under: Artifact, over: Artifact): Artifact {
  const names = [...new Set([...under.names, ...over.names])].sort(compareCodePoints);
  const ofName = (name: string): Artifact => (over.names.includes(name) ? over : under);
  return {
    type: under.type,
    digest: digestOfFiles(names, (name) => ofName(name).digestOf(name)),
    names,
    display: (name) => ofName(name).display(name),
    read: (name) => ofName(name).read(name),
    path: (name) => ofName(name).path(name),
    place: (name) => ofName(name).place(name),
    digestOf: (name) => ofName(name).digestOf(name),
  };
}

/** Files that no disk has. They have no path. */
export function inMemory(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Artifact {
  const names = Object.keys(files).sort(compareCodePoints);
  const digests = new Map(names.map((name) => [name, sha256(files[name])]));
  const digestOf = (name: string): string => digests.get(name) ?? '';
  return {
    type: 'files',
    digest: digestOfFiles(names, digestOf),
    names,
    display: (name) => name,
    read: async (name) => files[name] ?? new Uint8Array(),
    path: async (name) => {
      throw new Error(`\`${name}\` is in memory only`);
    },
    place: (name) => name,
    digestOf,
  };
}

function sha256(bytes: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex');
}

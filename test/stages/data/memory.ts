// Artifacts and outputs in memory, for tests of what stages read and write.
import { createHash } from 'node:crypto';
import type { Artifact, ArtifactType, Output } from '../../../src/stages/artifact.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** An artifact holding `files`; it is displayed under the names of its files. */
export function artifactOf(type: ArtifactType, files: Files): Artifact {
  const contents = new Map(
    Object.entries(files).map(([name, value]) => [name, new Uint8Array(Buffer.from(value))]),
  );
  const bytesOf = (name: string): Uint8Array<ArrayBuffer> => {
    const bytes = contents.get(name);
    if (bytes === undefined) throw new Error(`no file ${name}`);
    return bytes;
  };
  const digestOf = (name: string): string => createHash('sha256').update(bytesOf(name)).digest('hex');
  const names = [...contents.keys()].sort();
  return {
    type,
    digest: createHash('sha256')
      .update(names.map((name) => `${name}:${digestOf(name)}`).join('\n'))
      .digest('hex'),
    names,
    display: (name) => name,
    read: async (name) => bytesOf(name),
    path: async (name) => name,
    place: (name) => name,
    digestOf,
  };
}

/** An output that collects what is written. */
export function collectingOutput(): { readonly output: Output; readonly files: Record<string, Uint8Array> } {
  const files: Record<string, Uint8Array> = {};
  return {
    files,
    output: {
      write: async (name, contents) => {
        files[name] = new Uint8Array(Buffer.from(contents));
      },
      take: async (name, from, source) => {
        files[name] = await from.read(source);
      },
    },
  };
}

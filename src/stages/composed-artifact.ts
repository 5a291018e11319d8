// An artifact of files that lie in others, under names of its own; and an output that remembers what was written through it, as such an
// artifact. Knows nothing of what the files mean.
import type { Artifact, Output } from './artifact.ts';
import { digestOfFiles } from './artifact-folder.ts';
import { inMemory } from './artifact-overlay.ts';
import { compareCodePoints } from './code-point-order.ts';

export interface Placed {
  readonly from: Artifact;
  /** The name that it has there. */
  readonly source: string;
}

export function composed(files: ReadonlyMap<string, Placed>): Artifact {
  const names = [...files.keys()].sort(compareCodePoints);
  const at = <T>(name: string, get: (artifact: Artifact, source: string) => T): T => {
    const placed = files.get(name);
    if (placed === undefined) throw new Error(`there is no file \`${name}\``);
    return get(placed.from, placed.source);
  };
  const digestOf = (name: string): string => at(name, (from, source) => from.digestOf(source));
  return {
    type: 'files',
    digest: digestOfFiles(names, digestOf),
    names,
    display: (name) => at(name, (from, source) => from.display(source)),
    read: (name) => at(name, (from, source) => from.read(source)),
    path: (name) => at(name, (from, source) => from.path(source)),
    place: (name) => at(name, (from, source) => from.place(source)),
    digestOf,
  };
}

export interface RememberingOutput extends Output {
  /** What was written so far; what was not taken from an artifact is held in memory, and has no path. */
  readonly written: () => Artifact;
}

export function remembering(to: Output): RememberingOutput {
  const files = new Map<string, Placed>();
  return {
    write: async (name, contents) => {
      await to.write(name, contents);
      const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
      // An output writes nothing that several threads share.
      files.set(name, { from: inMemory({ [name]: bytes as Uint8Array<ArrayBuffer> }), source: name });
    },
    take: async (name, from, source) => {
      await to.take(name, from, source);
      files.set(name, { from, source });
    },
    written: () => composed(files),
  };
}

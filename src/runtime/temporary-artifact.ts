// Artifacts that only live while a step runs: files in a folder of their own, neither synced nor published. Files taken over
// from another artifact are not copied; they are read, and verified, where they lie.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, ArtifactType, Output } from '../stages/artifact.ts';
import { compareCodePoints } from '../stages/code-point-order.ts';
import { artifactDigest } from './action.ts';
import { sha256 } from './canonical.ts';
import { asDiskFull, errorCode } from './durable.ts';
import { verifiedArtifact, type Verification } from './verified-artifact.ts';
import type { InputFile } from './worker-message.ts';

export interface TemporaryOutput extends Output {
  /** What was written so far. */
  artifact(type: ArtifactType): Artifact;
  readonly written: boolean;
}

/** `folder` need not exist, the one above it does. `label`: how the artifact is called when talking to people. */
export function temporaryOutput(folder: string, label: string, verification: Verification): TemporaryOutput {
  const files = new Map<string, InputFile>();
  const taken = new Map<
    string,
    { readonly from: Artifact; readonly source: string; readonly digest: string }
  >();
  const checkNew = (name: string): void => {
    if (name === '' || files.has(name) || taken.has(name))
      throw new Error(`an output cannot have a second file \`${name}\``);
  };
  return {
    write: async (name, contents) => {
      checkNew(name);
      const path = join(folder, String(files.size));
      const shown = `${label}/${name}`;
      files.set(name, { name, digest: sha256(contents), shown, origin: 'outside', path });
      try {
        await makeFolder(folder);
        await writeFile(path, contents, { flag: 'wx' });
      } catch (error) {
        throw asDiskFull(error, path);
      }
    },
    take: async (name, from, source) => {
      checkNew(name);
      taken.set(name, { from, source, digest: from.digestOf(source) });
    },
    get written() {
      return files.size + taken.size > 0;
    },
    artifact: (type) => {
      const own = verifiedArtifact({ type, digest: '', files: [...files.values()] }, verification);
      const all = [...files.values(), ...[...taken].map(([name, { digest }]) => ({ name, digest }))];
      const sorted = all.sort((a, b) => compareCodePoints(a.name, b.name));
      const place = (name: string): readonly [artifact: Artifact, name: string] => {
        const elsewhere = taken.get(name);
        return elsewhere === undefined ? [own, name] : [elsewhere.from, elsewhere.source];
      };
      const at = <T>(name: string, get: (artifact: Artifact, name: string) => T): T => get(...place(name));
      return {
        type,
        digest: artifactDigest(sorted),
        names: sorted.map(({ name }) => name),
        display: (name) => at(name, (artifact, source) => artifact.display(source)),
        read: (name) => at(name, (artifact, source) => artifact.read(source)),
        path: (name) => at(name, (artifact, source) => artifact.path(source)),
        place: (name) => at(name, (artifact, source) => artifact.place(source)),
        digestOf: (name) => at(name, (artifact, source) => artifact.digestOf(source)),
      };
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

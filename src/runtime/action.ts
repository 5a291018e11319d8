// What the store remembers of a step that ran: from what, what came out, and what it cost.
import type { ArtifactType } from '../stages/artifact.ts';
import type { Computation } from '../stages/stage.ts';
import type { KeyParts } from './key.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { compareCodePoints } from '../stages/code-point-order.ts';

export interface Action {
  readonly version: 1;
  readonly key: string;
  readonly parts: KeyParts;
  /** By part of the stage. */
  readonly outputs: Readonly<Record<string, StoredArtifact>>;
  readonly seconds: number;
  /** Where tensors were computed and at what cost, when the stage computed any. */
  readonly computed?: Computation;
  readonly notes: readonly string[];
  /** Of FSL, Node.js, the machine: recorded, not keyed. */
  readonly versions: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface StoredArtifact {
  readonly type: ArtifactType;
  readonly digest: string;
  /** Sorted by name. */
  readonly files: readonly StoredFile[];
}

export interface StoredFile {
  readonly name: string;
  readonly digest: string;
  readonly size: number;
}

export function storedArtifact(type: ArtifactType, files: readonly StoredFile[]): StoredArtifact {
  const sorted = [...files].sort((a, b) => compareCodePoints(a.name, b.name));
  return { type, digest: artifactDigest(sorted), files: sorted };
}

/** Over names and digests; `files` are sorted by name. */
export function artifactDigest(files: readonly { readonly name: string; readonly digest: string }[]): string {
  return sha256(canonicalJson(files.map(({ name, digest }) => [name, digest])));
}

/** Its key, and the digests of its files: what a runner that uses it names. */
export function namesOf({ key, outputs }: Action): readonly string[] {
  return [key, ...Object.values(outputs).flatMap(({ files }) => files.map(({ digest }) => digest))];
}

export function bytesOf(action: Action): number {
  let bytes = 0;
  for (const artifact of Object.values(action.outputs)) for (const file of artifact.files) bytes += file.size;
  return bytes;
}

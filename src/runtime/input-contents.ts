// What an input consists of: contents for the key, and files for the worker. The only place that turns names of things
// outside the store into digests.
import { basename, extname, join } from 'node:path';
import type { CheckedInput } from '../compiler/pipeline.ts';
import type { HubSource } from '../stages/hub-source.ts';
import type { ArtifactType } from '../stages/artifact.ts';
import { isImageName, namesInFolders } from '../stages/image-names.ts';
import { builtinContents, builtinFile } from '../stages/builtins.ts';
import { callFile } from '../stages/call-input.ts';
import { artifactDigest, type StoredArtifact } from './action.ts';
import { sha256 } from './canonical.ts';
import { compareCodePoints } from '../stages/code-point-order.ts';
import { errorCode } from './durable.ts';
import type { InputContents, MemberContents } from './key.ts';
import { modelFiles } from './model-folder.ts';
import type { Digests, Store } from './store.ts';
import type { InputArtifact, InputFile, WorkerInput } from './worker-message.ts';

export type Resolved =
  | { readonly state: 'known'; readonly contents: InputContents }
  /** The contents come from a step that has not run. */
  | { readonly state: 'waiting'; readonly step: string }
  /** A model of the hub that has to be downloaded first. */
  | { readonly state: 'absent'; readonly source: HubSource }
  | { readonly state: 'missing'; readonly path: string; readonly error: string };

export interface Sources {
  readonly digests: Digests;
  readonly builtinVersion: (name: string) => string | undefined;
  /** What a step gave, or nothing when that is not known. */
  readonly artifact: (step: string, part: string) => StoredArtifact | undefined;
}

export function contentsOf(input: CheckedInput, sources: Sources): Resolved {
  switch (input.from) {
    case 'step': {
      const artifact = sources.artifact(input.step, input.part);
      if (artifact === undefined) return { state: 'waiting', step: input.step };
      return { state: 'known', contents: { artifact: artifact.digest } };
    }
    case 'files':
      return reading(input.paths[0] ?? '', (at) => {
        const names = namesInFolders(input.paths);
        return {
          files: input.paths.map((path, i) => ({
            digest: sources.digests.digest(at(path)),
            extension: extname(path).toLowerCase(),
            ...(isImageName(path) && { name: names[i] ?? '' }),
          })),
        };
      });
    case 'folder':
      if (input.hub?.ready === false) return { state: 'absent', source: input.hub.source };
      return reading(input.path, (at) => ({
        folder: modelFiles(input.path).map((name) => ({
          name,
          digest: sources.digests.digest(at(join(input.path, name))),
        })),
      }));
    case 'builtin':
      return {
        state: 'known',
        contents: { builtin: input.name, version: sources.builtinVersion(input.name) ?? '' },
      };
    case 'call':
      return { state: 'known', contents: { call: input.text } };
    case 'many': {
      const many: MemberContents[] = [];
      for (const member of input.members) {
        const resolved = contentsOf(member.input, sources);
        if (resolved.state !== 'known') return resolved;
        many.push({ name: member.name, keys: member.keys, contents: resolved.contents });
      }
      return { state: 'known', contents: { many } };
    }
    default:
      return input satisfies never;
  }
}

/** Remembers which file was looked at, to name the one that is not there. */
function reading(path: string, read: (at: (path: string) => string) => InputContents): Resolved {
  let last = path;
  try {
    return { state: 'known', contents: read((next) => (last = next)) };
  } catch (error) {
    return { state: 'missing', path: last, error: errorCode(error) ?? String(error) };
  }
}

export interface Locations extends Sources {
  readonly store: Store;
  /** How a file is called when talking to people. */
  readonly show: (path: string) => string;
  /** The same of a part of a step. */
  readonly label: (step: string, part: string) => string;
}

/** The files behind contents that are known. `input` and `contents` belong together. */
export function workerInput(
  input: CheckedInput,
  contents: InputContents,
  accepts: ArtifactType,
  locations: Locations,
): WorkerInput {
  if (input.from === 'many' && ('many' in contents || 'several' in contents)) {
    const known = 'many' in contents ? contents.many.map((member) => member.contents) : contents.several;
    const members = input.members.map((member, i) => ({
      name: member.name,
      keys: member.keys,
      artifact: oneArtifact(member.input, known[i] ?? contents, accepts, locations),
    }));
    return { shape: 'many', members };
  }
  return { shape: 'one', artifact: oneArtifact(input, contents, accepts, locations) };
}

function oneArtifact(
  input: CheckedInput,
  contents: InputContents,
  type: ArtifactType,
  locations: Locations,
): InputArtifact {
  const { store, show, label } = locations;
  if (input.from === 'step') {
    const artifact = locations.artifact(input.step, input.part);
    if (artifact === undefined) throw new Error(`${input.step} has not given ${input.part}`);
    const files = artifact.files.map(({ name, digest }) => {
      return {
        name,
        digest,
        path: store.objectPath(digest),
        shown: `${label(input.step, input.part)}/${name}`,
        origin: 'store' as const,
      };
    });
    return { type: artifact.type, digest: artifact.digest, files };
  }
  if (input.from === 'files' && 'files' in contents) {
    return outside(
      type,
      uniqueNames(input.paths).map((name, i) => ({ name, path: input.paths[i] ?? '' })),
      contents.files.map(({ digest }) => digest),
      show,
    );
  }
  if (input.from === 'folder' && 'folder' in contents) {
    return outside(
      type,
      contents.folder.map(({ name }) => ({ name, path: join(input.path, name) })),
      contents.folder.map(({ digest }) => digest),
      show,
    );
  }
  if (input.from === 'builtin' && 'builtin' in contents) {
    const text = builtinContents({ name: contents.builtin, version: contents.version });
    const file: InputFile = {
      name: builtinFile,
      digest: sha256(text),
      shown: `builtin:${contents.builtin}`,
      origin: 'text',
      text,
    };
    return { type, digest: artifactDigest([file]), files: [file] };
  }
  if (input.from === 'call' && 'call' in contents) {
    const file: InputFile = {
      name: callFile,
      digest: sha256(contents.call),
      shown: input.call,
      origin: 'text',
      text: contents.call,
    };
    return { type, digest: artifactDigest([file]), files: [file] };
  }
  throw new Error(`an input from ${input.from} does not have these contents`);
}

function outside(
  type: ArtifactType,
  places: readonly { readonly name: string; readonly path: string }[],
  digests: readonly string[],
  show: (path: string) => string,
): InputArtifact {
  const files = places.map(({ name, path }, i): InputFile => {
    return { name, digest: digests[i] ?? '', path, shown: show(path), origin: 'outside' };
  });
  const sorted = [...files].sort((a, b) => compareCodePoints(a.name, b.name));
  return { type, digest: artifactDigest(sorted), files: sorted };
}

/**
 * Names of files that a stage reads itself, such that sorting them keeps the reading order: one file has its own name, of
 * several each is numbered.
 */
function uniqueNames(paths: readonly string[]): readonly string[] {
  if (paths.length === 1) return paths.map((path) => basename(path));
  const digits = String(paths.length - 1).length;
  return paths.map((path, i) => `${String(i).padStart(digits, '0')}/${basename(path)}`);
}

// A folder inside an artifact or an output, seen as one of its own. Knows nothing of what the files mean.
import { createHash } from 'node:crypto';
import type { Artifact, Output } from './artifact.ts';

/** The files below `folder`, under their names without it. */
export function artifactFolder(artifact: Artifact, folder: string): Artifact {
  const prefix = `${folder}/`;
  const names = artifact.names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  return {
    type: 'files',
    digest: digestOfFiles(names, (name) => artifact.digestOf(prefix + name)),
    names,
    display: (name) => artifact.display(prefix + name),
    read: (name) => artifact.read(prefix + name),
    path: (name) => artifact.path(prefix + name),
    place: (name) => artifact.place(prefix + name),
    digestOf: (name) => artifact.digestOf(prefix + name),
  };
}

/** The files of these names. */
export function onlyFiles(artifact: Artifact, kept: (name: string) => boolean): Artifact {
  const names = artifact.names.filter(kept);
  return { ...artifact, names, digest: digestOfFiles(names, (name) => artifact.digestOf(name)) };
}

/** An output whose files land in `folder`. */
export function outputFolder(output: Output, folder: string): Output {
  return {
    write: (name, contents) => output.write(`${folder}/${name}`, contents),
    take: (name, from, source) => output.take(`${folder}/${name}`, from, source),
  };
}

/** Equal for equal files under equal names, wherever they lie. */
export function digestOfFiles(names: readonly string[], digestOf: (name: string) => string): string {
  const lines = names.map((name) => JSON.stringify([name, digestOf(name)]));
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

// Which files are a model of pictures, and of which kind. The folders it knows hold no configuration that says so: their files do.
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { headFile } from './head-file.ts';
import { metaFile } from './meta-description.ts';

export type ImageModelKind =
  | { readonly name: 'pixels' }
  /** What `meta-learn` gives, and folders that `export` wrote of it. */
  | { readonly name: 'meta' }
  /** TensorFlow.js with layers. */
  | { readonly name: 'layers' }
  /** A state dict of PyTorch. */
  | { readonly name: 'resnet'; readonly file: string };

/** By the names of the files in a folder; what is in them shows when it is opened. */
export function imageFolderKind(names: readonly string[]): ImageModelKind | undefined {
  if (names.includes(metaFile)) return { name: 'meta' };
  if (names.includes('config.json')) return undefined;
  if (names.includes('model.json')) return { name: 'layers' };
  const [file, ...others] = names.filter((name) => name.endsWith('.safetensors') && name !== headFile);
  return file === undefined || others.length > 0 || !/^resnet\d*\.safetensors$/i.test(file)
    ? undefined
    : { name: 'resnet', file };
}

/** Nothing for models of texts. */
export async function imageModelKind(files: Artifact): Promise<ImageModelKind | undefined> {
  if (!files.names.includes(builtinFile)) return imageFolderKind(files.names);
  const { name } = JSON.parse(new TextDecoder().decode(await files.read(builtinFile))) as { name: string }; // written by us
  return name === 'pixels' ? { name } : undefined;
}

// Which files are a model of pictures, and of which kind: the names of the files say so, and where there is a config.json its `model_type`.
import { indexFile, shardFile, wholeFile } from '../learning/encoders/shards.ts';
import { configFile, netTypeOf, processorFile } from '../learning/images/huggingface-net.ts';
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
  | { readonly name: 'resnet'; readonly file: string }
  /** A folder of transformers. */
  | { readonly name: 'huggingface' };

/** Those of the files in a folder of transformers that its net computes with. */
export function huggingFaceFiles(names: readonly string[]): readonly string[] {
  const whole = names.includes(wholeFile);
  return names.filter(
    (name) =>
      name === configFile ||
      name === processorFile ||
      (whole ? name === wholeFile : name === indexFile || shardFile.test(name)),
  );
}

/** By the names of the files in a folder and its config.json, where that has to be asked; what is in the others shows when it is opened. */
export function imageFolderKind(
  names: readonly string[],
  config: Uint8Array | undefined,
): ImageModelKind | undefined {
  if (names.includes(metaFile)) return { name: 'meta' };
  if (config !== undefined)
    return netTypeOf(parsed(config)) === undefined ? undefined : { name: 'huggingface' };
  if (names.includes('model.json')) return { name: 'layers' };
  const [file, ...others] = names.filter((name) => name.endsWith('.safetensors') && name !== headFile);
  return file === undefined || others.length > 0 || !/^resnet\d*\.safetensors$/i.test(file)
    ? undefined
    : { name: 'resnet', file };
}

/** Nothing for models of texts. */
export async function imageModelKind(files: Artifact): Promise<ImageModelKind | undefined> {
  if (!files.names.includes(builtinFile)) {
    const config = files.names.includes(configFile) ? await files.read(configFile) : undefined;
    return imageFolderKind(files.names, config);
  }
  const { name } = JSON.parse(new TextDecoder().decode(await files.read(builtinFile))) as { name: string }; // written by us
  return name === 'pixels' ? { name } : undefined;
}

/** Nothing for what is no JSON: whoever reads the folder says so. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

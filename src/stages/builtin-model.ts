// Which built-in model of code alone a model's encoder is.
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import { encoderOf } from './model-source.ts';

/** `ngrams` or `pixels`; nothing for encoders with files of their own. */
export async function builtinOf(model: Artifact): Promise<string | undefined> {
  const files = encoderOf(model);
  if (!files.names.includes(builtinFile)) return undefined;
  return (JSON.parse(new TextDecoder().decode(await files.read(builtinFile))) as { name: string }).name; // written by us
}

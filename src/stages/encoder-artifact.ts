// The encoder artifact: what a stage gives that trains an encoder and no classifier. It is taken where a model folder is.
//
//   encoder/…          the files of the folder
//   base/…             those that training has changed, as they were before any training
//   consumed.parquet   the rows it was trained on
//   distilled.json     how it was taught; `pretrained.json` where it was pre-trained
import type { Artifact, Output } from './artifact.ts';
import type { Consumed } from './consumed.ts';
import { writeConsumed } from './consumed-file.ts';
import { baseFolder, encoderFolder } from './model-source.ts';
import type { TrainedEncoder } from './tune-folder.ts';

export interface SavedEncoder {
  /** Files as they were. */
  readonly encoder: Artifact;
  readonly base?: Artifact | undefined;
  readonly trained?: TrainedEncoder | undefined;
}

interface Description {
  readonly name: 'distilled.json' | 'pretrained.json';
  readonly contents: object;
}

export async function saveEncoder(
  output: Output,
  made: SavedEncoder & { readonly consumed: Consumed; readonly description: Description },
): Promise<void> {
  const { name, contents } = made.description;
  const description = { ...contents, trained: made.trained?.record ?? null };
  await output.write(name, JSON.stringify(description, null, 2) + '\n');
  await writeConsumed(output, made.consumed);
  await saveEncoderFiles(output, made);
}

/** Beside the trained encoder, the files that it had before any training: a report measures against that. */
export async function saveEncoderFiles(
  output: Output,
  { encoder, base, trained }: SavedEncoder,
): Promise<void> {
  const changed = trained?.files ?? {};
  for (const name of encoder.names)
    if (!Object.hasOwn(changed, name)) await output.take(`${encoderFolder}/${name}`, encoder, name);
  for (const [name, bytes] of Object.entries(changed)) await output.write(`${encoderFolder}/${name}`, bytes);
  const known = base?.names ?? [];
  for (const name of known) if (base !== undefined) await output.take(`${baseFolder}/${name}`, base, name);
  for (const name of encoder.names)
    if (Object.hasOwn(changed, name) && !known.includes(name))
      await output.take(`${baseFolder}/${name}`, encoder, name);
}

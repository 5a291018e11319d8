// What a model that learns with its encoder needs to go on, as bytes: what follows from the progress of its stream is not among it.
import { readSafetensors, writeSafetensors } from '../safetensors.ts';
import type { Tensor } from '../heads/head.ts';
import type { TrainedState } from './trained-model.ts';

type Kept = Pick<TrainedState, 'weights' | 'head' | 'moments' | 'losses'>;

const [weight, moment] = ['net ', 'optimizer '];

export function stored({ weights, head, moments, losses }: Kept): Uint8Array {
  const flat = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  return writeSafetensors({
    ...Object.fromEntries([...weights].map(([name, data]) => [weight + name, flat(data)])),
    ...Object.fromEntries([...(moments ?? [])].map(([name, data]) => [moment + name, flat(data)])),
    ...head.tensors,
    losses: flat(Float32Array.from(losses)), // they come as such
  });
}

export function restored(bytes: Uint8Array): Kept {
  const { losses, ...tensors } = readSafetensors(bytes, 'model');
  const named = (kind: string): ReadonlyMap<string, Float32Array> =>
    new Map(
      Object.entries(tensors).flatMap(([name, { data }]) =>
        name.startsWith(kind) ? [[name.slice(kind.length), Float32Array.from(data)] as const] : [],
      ),
    );
  const { weight: rows, bias } = tensors;
  if (rows === undefined || bias === undefined || losses === undefined) throw new Error('no such state');
  const moments = named(moment);
  return {
    weights: named(weight),
    head: { kind: 'logistic', labels: bias.data.length, settings: {}, tensors: { weight: rows, bias } },
    moments: moments.size > 0 ? moments : undefined,
    losses: Array.from(losses.data),
  };
}

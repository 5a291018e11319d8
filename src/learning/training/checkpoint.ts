// A training that has come to some step, as a safetensors file: parameters, the optimizer's state, the best parameters so far where they
// are measured, and what the training is. The
// position of every random generator is the step itself: batches and masks are functions of seed and step. Knows no files.
import { ModelError } from '../model-error.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import { openSafetensors, safetensorsParts } from '../safetensors.ts';
import type { Safetensors } from '../safetensors.ts';
import type { BestWeightsState, Measured } from './best-weights.ts';
import type { TrainingState } from './train.ts';

/** What must be equal for one training to go on where another stopped, beside the names and shapes of its tensors. */
export interface TrainingIdentity {
  /** Whatever else decides the numbers: the backend, the device, the rows and the order they come in. */
  readonly about: string;
  readonly rate: number;
  readonly schedule: Schedule;
  readonly clip: number | undefined;
  readonly accumulate: number;
  readonly dropoutRate: number;
  readonly dropoutSeed: number;
}

/** Names and shapes of parameters and state. */
export type StateShapes = Readonly<
  Record<'parameters' | 'state', Readonly<Record<string, readonly number[]>>>
>;

export type ReadCheckpoint =
  /** `losses`: of the steps that are done. */
  | {
      readonly state: 'whole';
      readonly training: TrainingState;
      readonly losses: readonly number[];
      /** What was measured; nothing where nothing was. */
      readonly watched: BestWeightsState;
    }
  /** It belongs to a training that is not this one, or is no checkpoint. */
  | { readonly state: 'foreign' | 'damaged' };

const formatVersion = '1';
const groups = ['parameters', 'state', 'best'] as const;
type Group = (typeof groups)[number];

/** The file in pieces: the numbers are those of the state, so they must stay as they are until it is written. */
export function writeCheckpoint(
  state: TrainingState,
  losses: readonly number[],
  identity: TrainingIdentity,
  { best = {}, measured }: BestWeightsState = { measured: [] },
): readonly Uint8Array[] {
  const contents = { ...state, best };
  const tensors = Object.fromEntries(
    groups.flatMap((group) =>
      Object.entries(contents[group]).map(([name, { data, shape }]) => {
        if (!(data instanceof Float32Array))
          throw new Error(`\`${name}\` is not of single-precision numbers`);
        return [`${group}/${name}`, { data, shape }] as const;
      }),
    ),
  );
  return safetensorsParts(tensors, {
    format: 'fsl-checkpoint',
    version: formatVersion,
    step: String(state.step),
    losses: JSON.stringify(losses),
    ...(measured.length > 0 && { measured: JSON.stringify(measured) }),
    training: identityText(identity),
  });
}

/** Never believes a file of another training, nor one that is not whole. */
export function readCheckpoint(
  bytes: Uint8Array,
  identity: TrainingIdentity,
  shapes: StateShapes,
): ReadCheckpoint {
  try {
    const file = openSafetensors(bytes, 'checkpoint');
    const { format, version, training: whose, step } = file.metadata;
    if (format !== 'fsl-checkpoint' || version !== formatVersion) return { state: 'foreign' };
    if (whose !== identityText(identity)) return { state: 'foreign' };
    const done = Number(step);
    if (!Number.isInteger(done) || done < 1 || done > identity.schedule.steps) return { state: 'damaged' };
    const losses = lossesOf(file);
    if (losses.length !== done) return { state: 'damaged' };
    const measured = measuredOf(file);
    const all = { ...shapes, best: measured.length > 0 ? shapes.parameters : {} };
    const wanted = groups.flatMap((group) =>
      Object.entries(all[group]).map(([name, shape]) => ({
        group,
        name,
        shape,
        path: `${group}/${name}`,
      })),
    );
    if (file.names.length !== wanted.length) return { state: 'foreign' };
    if (wanted.some(({ path, shape }) => !file.has(path) || !sameShape(file.shape(path), shape)))
      return { state: 'foreign' };
    const read = (which: Group): TrainingState['parameters'] =>
      Object.fromEntries(
        wanted
          .filter(({ group }) => group === which)
          .map(({ name, path }) => [name, { ...file.tensor(path), type: 'float32' } as const]),
      );
    const training = { step: done, parameters: read('parameters'), state: read('state') };
    const watched = { measured, ...(measured.length > 0 && { best: read('best') }) };
    return { state: 'whole', training, losses, watched };
  } catch (error) {
    if (error instanceof ModelError) return { state: 'damaged' };
    throw error;
  }
}

function lossesOf({ metadata }: Safetensors): readonly number[] {
  try {
    return JSON.parse(metadata['losses'] ?? '[]') as readonly number[]; // written by `writeCheckpoint`, under a digest
  } catch {
    return [];
  }
}

function measuredOf({ metadata }: Safetensors): readonly Measured[] {
  try {
    return JSON.parse(metadata['measured'] ?? '[]') as readonly Measured[]; // written by `writeCheckpoint`, under a digest
  } catch {
    return [];
  }
}

function identityText(identity: TrainingIdentity): string {
  const { about, rate, schedule, clip, accumulate, dropoutRate, dropoutSeed } = identity;
  const { curve, warmupSteps, steps } = schedule;
  const numbers = [rate, curve, warmupSteps, steps, clip ?? null, accumulate, dropoutRate, dropoutSeed];
  return JSON.stringify([about, ...numbers]);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

// What a step takes of the machine while it runs, and what the machine has to give. Knows nothing of who waits for whom.
import type { CommonValues } from '../compiler/pipeline.ts';
import type { Machine } from './host.ts';
import type { Capacity, Demand, Slots } from './slots.ts';

/** What is said in `resources`; else one core, and the device where the step is asked to compute on it. */
export function demandOf(
  { resources, device }: Pick<CommonValues, 'resources' | 'device'>,
  asked: CommonValues['device'],
): Demand {
  const onGpu = (device === 'auto' ? asked : device) === 'gpu';
  return {
    cores: resources.cores ?? 1,
    memory: resources.memory ?? 0,
    gpus: resources.gpu ?? (onGpu ? 1 : 0),
  };
}

/** The cores that it says it takes, or its share of all as things stand when it starts. */
export function threadsOf(
  { resources }: Pick<CommonValues, 'resources'>,
  { cores, busy }: Pick<Slots, 'cores' | 'busy'>,
): number {
  return Math.max(1, Math.floor(resources.cores ?? cores / Math.max(1, busy())));
}

/** More jobs than cores are somebody's wish. Where devices cannot be counted, one is assumed. */
export function capacityOf(
  { cores, memory, gpus = 1 }: Pick<Machine, 'cores' | 'memory' | 'gpus'>,
  jobs: number,
): Capacity {
  const steps = Math.max(1, jobs);
  return { steps, cores: Math.max(cores, steps), memory, gpus };
}

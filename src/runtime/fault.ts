// Places inside publication and `fslrun gc` where a test can have the process killed, to show that nothing is lost there. Costs nothing unset.

export const faultPoints = [
  /** In the worker: a file of the result has been written, not synced. */
  'after-write',
  /** In the worker: all files have been written, one of them is not synced. */
  'before-sync',
  /** In the runner: the worker is done, nothing has been published. */
  'before-rename',
  /** In the runner: some objects are in place, others are not. */
  'between-objects',
  /** In the runner: all objects are in place, the action is not. */
  'between-object-and-action',
  /** In the runner: the action is written under a private name. */
  'before-action-rename',
  /** In the runner: the action is in place, the claim is still held. */
  'after-action',
] as const;

export const gcFaultPoints = [
  /** Some records are out of the way, their objects are not. */
  'gc-record-moved',
  /** Everything of a batch is out of the way, nothing is removed. */
  'gc-moved',
  /** Some objects are removed, others are out of the way. */
  'gc-object-removed',
  /** All objects of a batch are removed, their records are out of the way. */
  'gc-before-remembering',
] as const;

export type FaultPoint = (typeof faultPoints)[number] | (typeof gcFaultPoints)[number];

/** Called at every fault point; returns everywhere but in tests. */
export type Fault = (point: FaultPoint) => void;

export const noFault: Fault = () => undefined;

/** For tests only: `FSL_FAULT=before-rename` or `before-rename:3` kills this process with SIGKILL the third time it gets there. */
export function faultFrom(setting: string | undefined): Fault {
  if (setting === undefined || setting === '') return noFault;
  const [wanted, times] = setting.split(':');
  let left = Number(times ?? 1);
  return (point) => {
    if (point === wanted && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

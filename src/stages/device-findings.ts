// What `doctor` needs of the engine's devices; loaded with it alone.
export { probeApart } from '../engine/devices/find.ts';
export { candidates } from '../engine/devices/candidates.ts';
export { remedies } from '../engine/devices/remedies.ts';

// What an engine did for a step, in one line.
import type { Computation } from '../../stages/stage.ts';
import { bytes as size, counted, duration, grouped } from './quantity.ts';

/**
 * `onnx on cpu: 280 steps after 120 of an earlier attempt, 3 graphs compiled in 0.4 s (2 %), 120 runs in 21 s (117 from the cache),
 * 18,000 nodes, 210 tensors, 91 MB`.
 */
export function computationText(computation: Computation): string {
  const { backend, device, precision, compiled, compileMs, cacheHits, runs, runMs, nodes } = computation;
  const { tensors, bytes, mostDeviceBytes, training } = computation;
  const where = `${backend} on ${device}${precision === undefined ? '' : `, ${precision} precision`}`;
  const parts: string[] = [];
  if (training !== undefined) {
    const { steps, resumed } = training;
    parts.push(`${counted(steps, 'step')}${resumed === 0 ? '' : ` after ${resumed} of an earlier attempt`}`);
  }
  if (runs > 0) {
    const share = Math.round((100 * compileMs) / Math.max(1e-9, compileMs + runMs));
    const run = Object.values(nodes).reduce((sum, count) => sum + count, 0);
    parts.push(
      `${counted(compiled, 'graph')} compiled in ${duration(compileMs / 1000)} (${share} %)`,
      `${counted(runs, 'run')} in ${duration(runMs / 1000)} (${grouped(cacheHits)} from the cache)`,
      `${grouped(run)} nodes`,
    );
  }
  if (tensors !== undefined) parts.push(counted(tensors, 'tensor'));
  if (bytes !== undefined) parts.push(size(bytes));
  if (mostDeviceBytes !== undefined) parts.push(`at most ${size(mostDeviceBytes)} on the device`);
  return parts.length === 0 ? where : `${where}: ${parts.join(', ')}`;
}

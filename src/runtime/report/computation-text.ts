// What an engine did for a step, in one line.
import type { Computation } from '../../stages/stage.ts';
import { counted, duration, grouped } from './quantity.ts';

/** `onnx on cpu: 3 graphs compiled in 0.4 s, 120 runs in 21 s, 18,000 nodes`. */
export function computationText(computation: Computation): string {
  const { backend, device, compiled, compileMs, runs, runMs, nodes } = computation;
  const where = `${backend} on ${device}`;
  if (runs === 0) return where;
  const run = Object.values(nodes).reduce((sum, count) => sum + count, 0);
  return (
    `${where}: ${counted(compiled, 'graph')} compiled in ${duration(compileMs / 1000)}, ` +
    `${counted(runs, 'run')} in ${duration(runMs / 1000)}, ${grouped(run)} nodes`
  );
}

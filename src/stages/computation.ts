// What an engine has done for a step, as its record keeps it. Knows no tensors: the engine counts.
import type { Engine } from '../engine/engine.ts';
import type { Computation } from './stage.ts';

/** Asked before the engine is disposed, and while what the step needed is still there: tensors and bytes are those of that moment. */
export function computationOf(
  engine: Pick<Engine, 'name' | 'precision' | 'trace'>,
  device: Computation['device'],
  training?: Computation['training'],
): Computation {
  const { compiled, compileMs, cacheHits, runs, runMs, nodes, ...held } = engine.trace();
  return {
    backend: engine.name,
    device,
    ...(engine.precision === 'mixed' && { precision: engine.precision }),
    compiled,
    compileMs,
    cacheHits,
    runs,
    runMs,
    nodes,
    tensors: held.tensors,
    bytes: held.tensorBytes + held.graphBytes,
    ...(held.mostDeviceBytes > 0 && { deviceBytes: held.deviceBytes, mostDeviceBytes: held.mostDeviceBytes }),
    ...(training === undefined ? {} : { training }),
  };
}

/** A step may open an engine more than once. */
export function together(a: Computation | undefined, b: Computation): Computation {
  if (a === undefined) return b;
  const nodes = { ...a.nodes };
  for (const [name, count] of Object.entries(b.nodes)) nodes[name] = (nodes[name] ?? 0) + count;
  const training =
    a.training && b.training
      ? { steps: a.training.steps + b.training.steps, resumed: a.training.resumed + b.training.resumed }
      : (a.training ?? b.training);
  const most = Math.max(a.mostDeviceBytes ?? 0, b.mostDeviceBytes ?? 0);
  return {
    backend: b.backend,
    device: b.device,
    ...(b.precision === undefined ? {} : { precision: b.precision }),
    compiled: a.compiled + b.compiled,
    compileMs: a.compileMs + b.compileMs,
    cacheHits: a.cacheHits + b.cacheHits,
    runs: a.runs + b.runs,
    runMs: a.runMs + b.runMs,
    nodes,
    ...(b.tensors === undefined ? {} : { tensors: b.tensors }),
    ...(b.bytes === undefined ? {} : { bytes: Math.max(a.bytes ?? 0, b.bytes) }),
    ...(b.deviceBytes === undefined ? {} : { deviceBytes: b.deviceBytes }),
    ...(most === 0 ? {} : { mostDeviceBytes: most }),
    ...(training === undefined ? {} : { training }),
  };
}

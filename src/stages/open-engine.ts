// The engine of a step: on the device that was asked for or, with `auto`, the fastest that works here. A GPU is waited for, as one step at a time
// computes on it, whichever run it belongs to. What can go wrong becomes a failure of the step.
import { availableParallelism } from 'node:os';
import type { Engine } from '../engine/engine.ts';
import type { Choice } from '../engine/devices/choose.ts';
import { countGpus } from './count-gpus.ts';
import { probeFlag } from './probe-flag.ts';
import type { RunContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';

export type EngineContext = Pick<
  RunContext<never, never>,
  'signal' | 'engine' | 'cacheDirectory' | 'note' | 'using' | 'probeProgram'
>;

/** One is open at a time in a process; `dispose` closes it and lets others have the device. */
export async function openStepEngine(context: EngineContext, small = false): Promise<Engine> {
  const { engine, signal } = context;
  const { openEngine } = await import('../engine/engine.ts');
  return translated(async () => {
    const { device, provider } = await chooseStepDevice(context, small);
    const threads = engine.threads ?? availableParallelism();
    const precision = engine.precision ?? 'fp32';
    context.using?.(device);
    if (device === 'cpu') {
      // TensorFlow takes a GPU whenever it sees one.
      if (engine.backend === 'tensorflow') process.env['CUDA_VISIBLE_DEVICES'] ??= '-1';
      return saying(context, await openEngine({ backend: engine.backend, threads, precision }));
    }
    const { lockDevice } = await import('../engine/devices/lock.ts');
    const waiting = (): void => context.note('waits for the GPU, on which another step computes');
    const lock = await lockDevice('gpu-0', waiting, signal);
    try {
      const opened = saying(
        context,
        await openEngine({ backend: engine.backend, provider, threads, precision }),
      );
      return {
        ...opened,
        dispose: async () => {
          await opened.dispose();
          await lock.release();
        },
      };
    } catch (error) {
      await lock.release();
      throw error;
    }
  });
}

/** Where mixed precision is not to be had, the step says so, however many engines it opens. */
function saying({ engine, note }: EngineContext, opened: Engine): Engine {
  if (engine.precision === 'mixed' && opened.precision !== 'mixed' && !told.has(note)) {
    told.add(note);
    note(
      'computes with numbers of 32 bits: mixed precision needs an NVIDIA GPU and CUDA, see `fslrun doctor`',
    );
  }
  return opened;
}

/** Each is one step's. */
const told = new WeakSet<EngineContext['note']>();

/** Where this step computes; `small` as `isSmallEncoder` says. */
export async function chooseStepDevice(context: EngineContext, small = false): Promise<Choice> {
  const { engine, cacheDirectory, probeProgram } = context;
  if (engine.device === 'cpu') return { device: 'cpu', provider: 'cpu' };
  const [{ chooseDevice }, { deviceFinder }] = await Promise.all([
    import('../engine/devices/choose.ts'),
    import('../engine/devices/find.ts'),
  ]);
  const finder =
    probeProgram === undefined
      ? { find: async () => ({ state: 'absent', text: 'this program cannot try it' }) as const }
      : deviceFinder([probeProgram, probeFlag], cacheDirectory);
  const wish = process.env['FSL_GPU'] ?? (engine.precision === 'mixed' ? 'cuda' : undefined);
  const around = { finder, gpus: countGpus(process.platform), wish };
  return translated(() => chooseDevice({ ...engine, small }, around));
}

/** What the engine says about the machine, as a failure of the step. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { EngineError } = await import('../engine/engine-error.ts');
    if (!(error instanceof EngineError) || error.code === 'internal') throw error;
    const { code, message, hint } = error;
    throw stepFailure({ code, message, hint }, code === 'missing-device' ? 'device' : '');
  }
}

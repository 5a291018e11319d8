// Where a step computes: what was asked for, as far as it works here. `auto` takes a GPU that computes by itself before the processor, never one
// that is only software, and none for little work.
import { EngineError } from '../engine-error.ts';
import type { BackendName } from '../engine.ts';
import type { Provider } from '../provider.ts';
import { remedies } from './remedies.ts';
import type { Finder } from './find.ts';

export interface Asked {
  readonly backend: BackendName;
  readonly device: 'auto' | 'cpu' | 'gpu';
  /** The work is so little that a GPU would only be slower. */
  readonly small?: boolean;
}

export interface Choice {
  readonly device: 'cpu' | 'gpu';
  readonly provider: Provider;
}

export interface Surroundings {
  readonly finder: Finder;
  /** Devices that the system shows; nothing where that cannot be told. */
  readonly gpus: number | undefined;
  /** `FSL_GPU`: `webgpu`, `cuda`, or `software` for a driver that computes on the processor. */
  readonly wish: string | undefined;
}

const cpu: Choice = { device: 'cpu', provider: 'cpu' };

/** Throws `EngineError` `missing-device` where a GPU is asked for and there is none that works. */
export async function chooseDevice(
  { backend, device, small = false }: Asked,
  around: Surroundings,
): Promise<Choice> {
  const needless = device === 'auto' && small && around.wish === undefined;
  if (device === 'cpu' || needless) return cpu;
  switch (backend) {
    case 'reference':
      if (device === 'auto') return cpu;
      throw missing(
        'the backend `reference` computes on the processor only',
        'Leave `device` away, or use `--backend onnx`.',
      );
    case 'tensorflow': {
      const found = await around.finder.find('tensorflow');
      if (found.device === 'gpu') return { device: 'gpu', provider: 'cpu' };
      if (device === 'auto' || found.state === 'absent') return cpu; // opening it says what is absent
      throw missing(
        `a GPU was asked for, and the backend \`tensorflow\` has none: ${found.text}`,
        remedies.tensorflow,
      );
    }
    case 'onnx':
      return chooseProvider(device, around);
    default:
      return backend satisfies never;
  }
}

async function chooseProvider(device: 'auto' | 'gpu', { finder, gpus, wish }: Surroundings): Promise<Choice> {
  const software = wish === 'software';
  if (device === 'auto' && gpus === 0 && !software) return cpu;
  const reasons: string[] = [];
  for (const provider of wish === 'cuda' ? (['cuda', 'webgpu'] as const) : (['webgpu', 'cuda'] as const)) {
    const { state, text } = await finder.find(`onnx-${provider}`);
    if (state === 'works' || (state === 'software' && software)) return { device: 'gpu', provider };
    reasons.push(`${provider}: ${text}`);
  }
  if (device === 'auto') return cpu;
  throw missing(`a GPU was asked for, and none works here (${reasons.join('; ')})`, remedies['onnx-webgpu']);
}

function missing(message: string, hint: string): EngineError {
  return new EngineError('missing-device', message, hint);
}

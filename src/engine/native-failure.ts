// What ONNX Runtime says when memory runs out or a device goes away, as something a user can act on.
import { EngineError } from './engine-error.ts';
import type { Provider } from './provider.ts';

export interface Circumstances {
  readonly provider: Provider;
  /** Working memory that the graph takes, by its shapes. */
  readonly graphBytes: number;
  /** Numbers that are on the device already. */
  readonly deviceBytes: number;
}

/** Anything else is a mistake of ours and stays as it is. */
export function nativeFailure(error: unknown, { provider, graphBytes, deviceBytes }: Circumstances): unknown {
  if (error instanceof EngineError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (
    /alloc|out of memory|not enough memory|OOM\b|buffer size|storage buffers in shader|maxBufferSize|StorageBufferBindingSize/i.test(
      text,
    )
  ) {
    const [, size] = /of size (\d+)/.exec(text) ?? [];
    const asked = size === undefined ? '' : `, ${megabytes(Number(size))} were asked for at once`;
    const held = deviceBytes === 0 ? '' : `, ${megabytes(deviceBytes)} are held on the device`;
    return new EngineError(
      'out-of-memory',
      `${provider === 'cpu' ? 'the memory of this machine' : 'the memory of the GPU'} is used up: the graph takes about ${megabytes(graphBytes)} while it runs${asked}${held}`,
      `Lower \`batch_size\` or \`max_length\`${provider === 'cpu' ? ', or run fewer steps at once with `--jobs 1`' : ', or compute on the processor with `--device cpu`'}.`,
    );
  }
  if (provider === 'cpu') return error;
  return new EngineError(
    'device-failed',
    `the GPU failed while it computed: ${text.trim().split('\n')[0]?.slice(0, 300) ?? ''}`,
    'Compute on the processor with `--device cpu`. `fslrun doctor` tries the GPU again; a newer driver may help.',
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

// Whether an encoder of texts is so small that a GPU takes longer to begin than the processor to be done.
import type { Artifact } from './artifact.ts';

/**
 * Weights of the layers, without the table of words. `builtin:fsl-mini` has 3.5 million: fine-tuning it took 1.5 s on 16 cores and 3 to 4.5 s on an H100
 * beside them. all-MiniLM-L6-v2 has 10.6 million.
 */
const fewest = 5e6;

/** Of files that do not say how large they are, no. */
export async function isSmallEncoder(files: Artifact): Promise<boolean> {
  const name = 'config.json';
  if (!files.names.includes(name)) return false;
  return isSmall(asObject(new TextDecoder().decode(await files.read(name))));
}

function isSmall(config: Readonly<Record<string, unknown>>): boolean {
  const number = (...names: readonly string[]): number => {
    const found = names.map((name) => config[name]).find((value) => typeof value === 'number');
    return typeof found === 'number' ? found : Infinity;
  };
  const width = number('hidden_size', 'dim');
  const layers = number('num_hidden_layers', 'n_layers');
  const inner = number('intermediate_size', 'hidden_dim');
  return layers * width * (4 * width + 2 * inner) < fewest;
}

function asObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {}; // what is wrong with it is told where it is read
  }
}

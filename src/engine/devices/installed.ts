// Which optional packages and libraries are installed, told from files alone.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Version of a package as it is found from here; nothing where it is not installed. */
export function packageVersion(name: string): string | undefined {
  try {
    const found = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string };
    return found.version;
  } catch {
    return undefined;
  }
}

/** The library that onnxruntime-node needs for NVIDIA's CUDA, where it is there. */
export function cudaLibrary(): string | undefined {
  try {
    const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    const names = { linux: 'libonnxruntime_providers_cuda.so', win32: 'onnxruntime_providers_cuda.dll' };
    const name = process.platform === 'win32' ? names.win32 : names.linux;
    const path = join(home, 'bin/napi-v6', process.platform, process.arch, name);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

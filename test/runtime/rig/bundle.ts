// The worker, the runner and the collector of the tests as files that plain Node.js runs.
import { join } from 'node:path';
import { build } from 'esbuild';

export interface Bundle {
  readonly worker: string;
  readonly runner: string;
  readonly collector: string;
}

/** Into `folder`, which the caller removes. */
export async function bundleRig(folder: string): Promise<Bundle> {
  const here = import.meta.dirname;
  await build({
    entryPoints: [join(here, 'worker.ts'), join(here, 'runner.ts'), join(here, 'collector.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return {
    worker: join(folder, 'worker.mjs'),
    runner: join(folder, 'runner.mjs'),
    collector: join(folder, 'collector.mjs'),
  };
}

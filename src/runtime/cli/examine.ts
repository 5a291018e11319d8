// What `doctor` finds out: Node.js, the machine, backends, the store, caches. Loads native packages only here, on request.
import { existsSync } from 'node:fs';
import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from '../../parser/diagnostic.ts';
import type { Host } from '../host.ts';
import { hubCache } from '../hub/hub-cache.ts';
import { bytes, counted } from '../report/quantity.ts';
import { shellWord } from '../report/shell-word.ts';
import { openStore } from '../store.ts';
import { storeDirectory } from './store-directory.ts';
import { version } from './version.ts';

export interface Finding {
  /** `optional` is absent and not needed. */
  readonly state: 'good' | 'optional' | 'warning' | 'broken';
  readonly what: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
}

const leastMemory = 2e9; // bytes
const leastFree = 2e9; // bytes
const leastNode = 20;

export async function examine(host: Host, storeFlag: string | undefined): Promise<readonly Finding[]> {
  return [
    versions(host),
    machine(host),
    await onnxRuntime(),
    tensorflow(),
    ...(await store(host, storeFlag)),
    await huggingFace(host),
  ];
}

function versions({ machine: { node, platform } }: Host): Finding {
  const text = `fslrun ${version} on Node.js ${node}, ${platform}`;
  if (Number(node.split('.')[0]) >= leastNode) return { state: 'good', what: 'versions', text };
  return { state: 'broken', what: 'versions', text, remedy: `Install Node.js ${leastNode} or later.` };
}

function machine({ machine: { cores, memory, gpus } }: Host): Finding {
  const devices = gpus === undefined ? '' : gpus === 0 ? ', no GPU' : `, ${counted(gpus, 'GPU')}`;
  const text = `${counted(cores, 'core')}, ${bytes(memory)} of memory${devices}`;
  if (memory >= leastMemory) return { state: 'good', what: 'machine', text };
  return {
    state: 'warning',
    what: 'machine',
    text,
    remedy: 'Little memory: run one step at a time with `--jobs 1`.',
  };
}

interface OnnxRuntime {
  listSupportedBackends(): readonly { readonly name: string; readonly bundled: boolean }[];
}

async function onnxRuntime(): Promise<Finding> {
  const what = 'backend onnx';
  try {
    const runtime = (await import('onnxruntime-node')) as unknown as OnnxRuntime & {
      readonly default?: OnnxRuntime;
    };
    const listed = (runtime.default ?? runtime).listSupportedBackends();
    const names = (bundled: boolean): string =>
      listed
        .filter((one) => one.bundled === bundled)
        .map(({ name }) => name)
        .join(', ');
    const further = names(false) === '' ? '' : `; ${names(false)} where their libraries are installed`;
    return {
      state: 'good',
      what,
      text: `onnxruntime-node ${packageVersion('onnxruntime-node') ?? ''}, providers ${names(true)}${further}`,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return {
      state: 'broken',
      what,
      text: `onnxruntime-node cannot be loaded: ${why}`,
      remedy: 'Install it again with `npm install onnxruntime-node`; until then use `--backend reference`.',
    };
  }
}

function tensorflow(): Finding {
  const what = 'backend tensorflow';
  const found = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].find(
    (name) => packageVersion(name) !== undefined,
  );
  if (found !== undefined) return { state: 'good', what, text: `${found} ${packageVersion(found)}` };
  return {
    state: 'optional',
    what,
    text: 'not installed; needed only for `--backend tensorflow` on NVIDIA devices',
    remedy: '`npm install @tensorflow/tfjs-node-gpu` adds it.',
  };
}

async function store(host: Host, flag: string | undefined): Promise<readonly Finding[]> {
  const directory = storeDirectory(host.cwd, host, flag);
  const what = 'store';
  try {
    openStore(directory);
    const there = existsSync(directory);
    const place = there ? directory : nearest(directory);
    await access(place, constants.W_OK);
    const { bavail, bsize } = await statfs(place);
    const free = bavail * bsize;
    const used = there ? bytes(await sizeOf(join(directory, 'objects'))) : 'not made yet';
    const finding: Finding = {
      state: free < leastFree ? 'warning' : 'good',
      what,
      text: `${directory}, ${used}; ${bytes(free)} free on its disk`,
      ...(free < leastFree
        ? { remedy: 'Free some space, or put the store elsewhere with `--store DIR` or FSL_STORE.' }
        : {}),
    };
    return [finding];
  } catch (error) {
    const why =
      error instanceof Failure
        ? error.message
        : `${directory} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = error instanceof Failure ? error.diagnostics[0]?.hint : undefined;
    return [
      {
        state: 'broken',
        what,
        text: why,
        remedy: remedy ?? 'Give a folder that can be written with `--store DIR` or FSL_STORE.',
      },
    ];
  }
}

async function huggingFace({ env }: Host): Promise<Finding> {
  const hub = hubCache(env);
  const what = 'Hugging Face cache';
  const models = existsSync(hub) ? (await readdir(hub)).filter((name) => name.startsWith('models--')) : [];
  if (models.length === 0) return { state: 'optional', what, text: `${hub} holds no models` };
  return { state: 'good', what, text: `${counted(models.length, 'model')} in ${shellWord(hub)}` };
}

/** Version of a package as it is found from here; nothing where it is not installed. */
function packageVersion(name: string): string | undefined {
  try {
    const found = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string };
    return found.version;
  } catch {
    return undefined;
  }
}

function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

async function sizeOf(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

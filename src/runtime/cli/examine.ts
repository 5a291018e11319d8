// What `doctor` finds out: Node.js, the machine, what computes here, the store, caches. Native packages are tried in processes of their own.
import { existsSync } from 'node:fs';
import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
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

/** `program` is that of a worker. */
export async function examine(
  host: Host,
  program: string,
  storeFlag: string | undefined,
): Promise<readonly Finding[]> {
  return [
    versions(host),
    machine(host),
    ...(await devices(host, program)),
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

/** Each way of computing, tried in a process of its own: drivers may crash. */
async function devices(host: Host, program: string): Promise<readonly Finding[]> {
  const [{ candidates, probeApart, remedies }, { probeFlag }] = await Promise.all([
    import('../../stages/device-findings.ts'),
    import('../../stages/probe-flag.ts'),
  ]);
  const found = candidates.map(async (candidate): Promise<Finding> => {
    const what = `compute ${candidate}`;
    const { state, text } = await probeApart([program, probeFlag], candidate);
    const remedy = remedies[candidate];
    switch (state) {
      case 'works':
        return { state: 'good', what, text };
      case 'software':
        return {
          state: 'optional',
          what,
          text: `${text}: only used with FSL_GPU=software`,
          remedy,
        };
      case 'absent':
        return { state: 'optional', what, text, remedy };
      case 'fails': {
        const needed = candidate === 'onnx-cpu' || candidate === 'reference';
        const broken = needed ? 'broken' : host.machine.gpus === 0 ? 'optional' : 'warning';
        return { state: broken, what, text: `does not work: ${text}`, remedy };
      }
      default:
        return state satisfies never;
    }
  });
  return Promise.all(found);
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
        ? {
            remedy:
              'Free some space (`fslrun gc --older-than 30d`), or put the store elsewhere with `--store DIR` or FSL_STORE.',
          }
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

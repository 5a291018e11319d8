// Opens tensors on a device under one of three backends. What runs on it are plain tfjs programs.
import { memory } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { channelBlock } from './channel-blocks.ts';
import { capture, residence } from './captured-programs.ts';
import { EngineError } from './engine-error.ts';
import { GraphRunner } from './graph-runner.ts';
import { kernelRules } from './kernels/table.ts';
import { OnnxBackend } from './onnx-backend.ts';
import type { Definition, Program, Residence } from './program.ts';
import { keepsResults } from './provider.ts';
import type { Provider } from './provider.ts';
import { settlePrecision } from './rounded-factors.ts';
import type { Precision } from './rounded-factors.ts';
import type { SessionLimits } from './session-cache.ts';
import {
  activate,
  activeBackend,
  deactivate,
  refuseOthers,
  registeredFactory,
  registerRules,
  shareKernels,
  usesGpu,
} from './tfjs.ts';

export type BackendName = 'onnx' | 'tensorflow' | 'reference';

export interface EngineOptions {
  readonly backend: BackendName;
  /** Where `onnx` computes; the processor unless said. */
  readonly provider?: Provider;
  /** `fp32` unless said. Only NVIDIA's libraries compute otherwise. */
  readonly precision?: Precision;
  /** Threads of one operator; only `onnx` heeds it. */
  readonly threads: number;
  readonly limits?: SessionLimits;
}

/** One is open at a time in a process: tfjs's own state is global. */
export interface Engine {
  readonly name: BackendName;
  readonly device: 'cpu' | 'gpu';
  /** With which it computes, which is not always what was asked for. */
  readonly precision: Precision;
  trace(): EngineTrace;
  /** Records a program, to be run with other numbers. Only a backend that records and gives results back has this. */
  readonly capture?: (definition: Definition) => Program;
  /** The same where results stay on a device. */
  readonly resident?: Residence;
  /** Drops the backend with all its tensors and graphs. */
  dispose(): Promise<void>;
}

/** What the backend `onnx` has done since it was opened; zeros for the others, which record nothing. */
export interface EngineTrace {
  readonly compiled: number;
  readonly compileMs: number;
  readonly cacheHits: number;
  readonly runs: number;
  readonly runMs: number;
  /** Graphs held now, and an estimate of the working memory they keep. */
  readonly graphs: number;
  readonly graphBytes: number;
  /** Tensors that live now, and their numbers. Not only those of `onnx`. */
  readonly tensors: number;
  readonly tensorBytes: number;
  /** Numbers on a device other than the processor: now, and the most at once. */
  readonly deviceBytes: number;
  readonly mostDeviceBytes: number;
  /** Nodes run, by ONNX operator. */
  readonly nodes: Readonly<Record<string, number>>;
}

const defaultLimits: SessionLimits = { sessions: 32, bytes: 1024 ** 3 };

/** Throws `EngineError` `missing-package` when the backend's package is not installed. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const open = activeBackend();
  if (open !== undefined) {
    throw new EngineError(
      'internal',
      `an engine with the backend \`${open}\` is open already`,
      'Dispose it first: one engine job runs at a time in a process.',
    );
  }
  switch (options.backend) {
    case 'onnx':
      return openOnnx(options);
    case 'reference':
      return openReference();
    case 'tensorflow':
      return openTensorflow(options);
    default:
      return options.backend satisfies never;
  }
}

async function openOnnx({
  provider = 'cpu',
  precision = 'fp32',
  threads,
  limits = defaultLimits,
}: EngineOptions): Promise<Engine> {
  const name = 'onnx';
  if (provider === 'cuda') settlePrecision(precision);
  const runner = new GraphRunner(provider, threads, limits);
  const backend = new OnnxBackend(runner, provider === 'cpu' ? await channelBlock() : undefined);
  registerRules(name, kernelRules, recorderOf);
  refuseOthers(name, refuse);
  await activate(name, () => backend);
  return {
    name,
    device: provider === 'cpu' ? 'cpu' : 'gpu',
    precision: provider === 'cuda' ? precision : 'fp32',
    trace: () => traceOf(runner),
    ...(keepsResults(provider)
      ? { resident: residence(backend, runner) }
      : { capture: (definition: Definition) => capture(backend, runner, definition) }),
    dispose: async () => {
      await runner.finish();
      deactivate(name);
    },
  };
}

async function openReference(): Promise<Engine> {
  const name = 'reference';
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
  shareKernels('cpu', name);
  await activate(name, () => new MathBackendCPU());
  return {
    name,
    device: 'cpu',
    precision: 'fp32',
    trace: () => ({ ...nothingRecorded, ...live() }),
    dispose: async () => deactivate(name),
  };
}

async function openTensorflow({ precision = 'fp32' }: EngineOptions): Promise<Engine> {
  const name = 'tensorflow';
  settlePrecision(precision);
  const make = registeredFactory(name) ?? (await importTensorflow());
  deactivate(name); // its import makes it active
  await activate(name, make);
  return {
    name,
    device: usesGpu() ? 'gpu' : 'cpu',
    precision: usesGpu() ? precision : 'fp32',
    trace: () => ({ ...nothingRecorded, ...live() }),
    // The package registers itself at its first import only, so its registration must survive.
    dispose: async () => deactivate(name, make),
  };
}

async function importTensorflow(): Promise<() => KernelBackend> {
  const reasons: string[] = [];
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    try {
      await import(name);
    } catch (error) {
      reasons.push(
        `\`${name}\` ${isAbsent(error) ? 'is not installed' : `does not load: ${firstLine(error)}`}`,
      );
      continue;
    }
    const make = registeredFactory('tensorflow');
    if (make !== undefined) return make;
  }
  throw new EngineError(
    'missing-package',
    `the backend \`tensorflow\` needs a package that is not there: ${reasons.join(', ')}`,
    'Run `npm install @tensorflow/tfjs-node-gpu`, or use `--backend onnx`.',
  );
}

function recorderOf(backend: unknown): OnnxBackend {
  if (backend instanceof OnnxBackend) return backend;
  throw new Error('a kernel of `onnx` was called on another backend');
}

function refuse(kernel: string): never {
  throw new EngineError(
    'unsupported-kernel',
    `the backend \`onnx\` does not have the kernel \`${kernel}\``,
    'Use another `--backend`.',
  );
}

function traceOf({ sessions, counts, memories }: GraphRunner): EngineTrace {
  return {
    compiled: sessions.counts.compiled,
    compileMs: sessions.counts.compileMs,
    cacheHits: sessions.counts.hits,
    runs: counts.runs,
    runMs: counts.runMs,
    graphs: sessions.size,
    graphBytes: sessions.bytes,
    ...live(),
    deviceBytes: memories.bytes,
    mostDeviceBytes: memories.most,
    nodes: Object.fromEntries([...counts.nodes].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function live(): Pick<EngineTrace, 'tensors' | 'tensorBytes'> {
  const { numTensors, numBytes } = memory();
  return { tensors: numTensors, tensorBytes: numBytes };
}

const nothingRecorded = {
  compiled: 0,
  compileMs: 0,
  cacheHits: 0,
  runs: 0,
  runMs: 0,
  graphs: 0,
  graphBytes: 0,
  deviceBytes: 0,
  mostDeviceBytes: 0,
  nodes: {},
};

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}

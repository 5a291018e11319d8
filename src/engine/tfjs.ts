// The one place that touches what tfjs keeps globally: the registry of backends and kernels, and which backend is active.
// tfjs has one engine per process, so one engine of ours can be open at a time.
import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { composeCustomGradients } from './gradients/custom.ts';
import { refusedGradient } from './gradients/refused.ts';
import { gradients } from './gradients/table.ts';
import type { KernelRule } from './kernels/rule.ts';
import type { OnnxBackend } from './onnx-backend.ts';

/** The active backend's name, or none. */
export function activeBackend(): string | undefined {
  // The declared type leaves out that there may be none yet.
  const name: string | null | undefined = tf.getBackend();
  return name ?? undefined;
}

/** Makes a backend the active one under a name, until `deactivate`. */
export async function activate(name: string, make: () => KernelBackend): Promise<void> {
  tf.enableProdMode(); // otherwise tfjs's CPU backend prints an advertisement
  registerGradients();
  if (tf.findBackendFactory(name) === null) tf.registerBackend(name, make);
  if (!(await tf.setBackend(name))) throw new Error(`tfjs refused the backend \`${name}\``);
}

/** Drops the backend and all tensors it holds; with `remake`, the name can be activated again. */
export function deactivate(name: string, remake?: () => KernelBackend): void {
  tf.removeBackend(name);
  if (remake !== undefined) tf.registerBackend(name, remake);
}

/** The kernels of a backend under another name as well. */
export function shareKernels(from: string, to: string): void {
  if (tf.getKernelsForBackend(to).length === 0) tf.copyRegisteredKernels(from, to);
}

/** A tensor of the active backend, which holds its numbers already. */
export function tensorOf(info: TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** Registers the rules as kernels. tfjs has no instance of its own for each backend: the rules find theirs in the call. */
export function registerRules(
  name: string,
  rules: readonly KernelRule[],
  backendOf: (backend: unknown) => OnnxBackend,
): void {
  for (const rule of rules) {
    if (tf.getKernel(rule.kernel, name) !== undefined) continue;
    tf.registerKernel({
      kernelName: rule.kernel,
      backendName: name,
      kernelFunc: ({ inputs, attrs, backend }) => backendOf(backend).record(rule, named(rule, inputs), attrs),
    });
  }
}

/** Answers calls of every other kernel that tfjs knows, so that the refusal names it. */
export function refuseOthers(name: string, refuse: (kernel: string) => never): void {
  for (const kernel of kernelNames()) {
    if (tf.getKernel(kernel, name) !== undefined) continue;
    tf.registerKernel({ kernelName: kernel, backendName: name, kernelFunc: () => refuse(kernel) });
  }
}

/** Ours for every kernel that has one; the others are refused by name. */
function registerGradients(): void {
  for (const gradient of gradients) tf.registerGradient(gradient);
  const known = new Set(gradients.map(({ kernelName }) => kernelName));
  for (const kernel of kernelNames()) if (!known.has(kernel)) tf.registerGradient(refusedGradient(kernel));
  composeCustomGradients(tf.engine());
}

/** Every kernel that tfjs knows: it exports their names. */
function kernelNames(): readonly string[] {
  return Object.values<unknown>(tf).filter(
    (value): value is string => typeof value === 'string' && /^_?[A-Z]/.test(value),
  );
}

/** A backend that a package registered when it was imported. */
export function registeredFactory(name: string): (() => KernelBackend) | undefined {
  const make: (() => KernelBackend | Promise<KernelBackend>) | null = tf.findBackendFactory(name);
  if (make === null) return undefined;
  return () => {
    const backend = make();
    if (backend instanceof Promise) throw new Error(`the backend \`${name}\` starts asynchronously`);
    return backend;
  };
}

/** Whether the active backend, of one of TensorFlow's packages for Node, has found a GPU. */
export function usesGpu(): boolean {
  const backend = tf.backend();
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
}

function named(
  rule: KernelRule,
  inputs: Readonly<Record<string, TensorInfo | undefined>>,
): readonly (readonly [string, TensorInfo])[] {
  const names = rule.list === true ? Object.keys(inputs) : Object.keys(rule.inputs);
  return names.flatMap((name) => {
    const tensor = inputs[name];
    return tensor === undefined ? [] : [[name, tensor] as const];
  });
}

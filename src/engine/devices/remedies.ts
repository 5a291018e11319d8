// The one command or step that adds what is missing for a way of computing.
import type { Candidate } from './candidates.ts';

export const remedies: Readonly<Record<Candidate, string>> = {
  'onnx-cpu': 'Install it again with `npm install onnxruntime-node`; until then use `--backend reference`.',
  'onnx-webgpu':
    'Install the driver of your GPU with its Vulkan part (Debian, Ubuntu: `apt-get install libvulkan1 mesa-vulkan-drivers`; with NVIDIA’s own driver `libvulkan1 libegl1 libgl1`); `fslrun doctor` shows what was found. Leave `device` away to compute on the processor.',
  'onnx-cuda':
    'With CUDA 12 and cuDNN 9 installed: `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node` fetches its library; for CUDA 13 see docs/gpu.md.',
  tensorflow: '`npm install @tensorflow/tfjs-node-gpu` adds it; it needs NVIDIA’s CUDA 11 and cuDNN 8.',
  reference: '',
};

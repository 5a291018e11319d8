// The ways of computing that a machine may have.

export const candidates = ['onnx-cpu', 'onnx-webgpu', 'onnx-cuda', 'tensorflow', 'reference'] as const;

export type Candidate = (typeof candidates)[number];

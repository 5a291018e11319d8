import { expect, it, vi } from 'vitest';

it('a process that has begun with one precision refuses the other', async () => {
  vi.stubEnv('NVIDIA_TF32_OVERRIDE', undefined);
  const { settlePrecision } = await import('../../src/engine/rounded-factors.ts');
  settlePrecision('mixed');
  expect(process.env['NVIDIA_TF32_OVERRIDE']).toBe('1');
  settlePrecision('mixed');
  expect(() => settlePrecision('fp32')).toThrow('computes with the precision mixed, and fp32 is asked for');
  vi.resetModules();
  const fresh = await import('../../src/engine/rounded-factors.ts');
  fresh.settlePrecision('fp32');
  expect(process.env['NVIDIA_TF32_OVERRIDE']).toBe('0');
  vi.unstubAllEnvs();
});

// Where a step computes, for what was asked and what a machine has.
import { describe, expect, it } from 'vitest';
import { chooseDevice, type Asked, type Surroundings } from '../../src/engine/devices/choose.ts';
import type { Candidate } from '../../src/engine/devices/candidates.ts';
import type { Probed } from '../../src/engine/devices/probe.ts';

type Found = Partial<Record<Candidate, Probed>>;

function machine(
  found: Found,
  more: Partial<Surroundings> = {},
): Surroundings & { readonly asked: Candidate[] } {
  const asked: Candidate[] = [];
  const find = async (candidate: Candidate): Promise<Probed> => {
    asked.push(candidate);
    return found[candidate] ?? { state: 'absent', text: 'not there' };
  };
  return { finder: { find }, gpus: 1, wish: undefined, asked, ...more };
}

const works: Probed = { state: 'works', text: '' };
const software: Probed = { state: 'software', text: 'on a driver that computes on the processor' };
const onnx = (device: Asked['device']): Asked => ({ backend: 'onnx', device });

describe('`auto`', () => {
  it.each([
    [{ 'onnx-webgpu': works, 'onnx-cuda': works }, 'webgpu'],
    [{ 'onnx-cuda': works }, 'cuda'],
    [{ 'onnx-webgpu': { state: 'fails', text: 'crashed (SIGSEGV)' } }, 'cpu'],
    [{ 'onnx-webgpu': software }, 'cpu'],
  ] satisfies [Found, string][])('with %j takes %s', async (found, provider) => {
    expect((await chooseDevice(onnx('auto'), machine(found))).provider).toBe(provider);
  });

  it('tries nothing where the system shows no device', async () => {
    const around = machine({ 'onnx-webgpu': works }, { gpus: 0 });
    expect(await chooseDevice(onnx('auto'), around)).toEqual({ device: 'cpu', provider: 'cpu' });
    expect(around.asked).toEqual([]);
  });

  it('leaves little work to the processor, unless a GPU is wished for or asked for', async () => {
    const small = (device: Asked['device'], wish?: string): Promise<unknown> =>
      chooseDevice(
        { ...onnx(device), small: true },
        machine({ 'onnx-webgpu': works, 'onnx-cuda': works }, { wish }),
      );
    expect(await small('auto')).toMatchObject({ device: 'cpu' });
    expect(await small('gpu')).toMatchObject({ device: 'gpu', provider: 'webgpu' });
    expect(await small('auto', 'cuda')).toMatchObject({ device: 'gpu', provider: 'cuda' });
  });

  it('takes software where that is wished for, and CUDA first likewise', async () => {
    const slow = machine({ 'onnx-webgpu': software }, { gpus: 0, wish: 'software' });
    expect((await chooseDevice(onnx('auto'), slow)).provider).toBe('webgpu');
    const both = machine({ 'onnx-webgpu': works, 'onnx-cuda': works }, { wish: 'cuda' });
    expect((await chooseDevice(onnx('auto'), both)).provider).toBe('cuda');
  });
});

describe('`gpu`', () => {
  it('names what was tried where none works', async () => {
    await expect(chooseDevice(onnx('gpu'), machine({ 'onnx-webgpu': software }))).rejects.toMatchObject({
      code: 'missing-device',
      message:
        'a GPU was asked for, and none works here (webgpu: on a driver that computes on the processor; cuda: not there)',
    });
  });

  it('is refused by a backend that has found none', async () => {
    const asked = { backend: 'tensorflow', device: 'gpu' } as const;
    const around = machine({ tensorflow: { ...works, device: 'cpu', text: 'on the processor' } });
    await expect(chooseDevice(asked, around)).rejects.toMatchObject({ code: 'missing-device' });
    const found = machine({ tensorflow: { ...works, device: 'gpu' } });
    expect(await chooseDevice(asked, found)).toMatchObject({ device: 'gpu' });
    await expect(chooseDevice({ backend: 'reference', device: 'gpu' }, machine({}))).rejects.toMatchObject({
      code: 'missing-device',
    });
  });
});

it('`cpu` asks nobody', async () => {
  const around = machine({ 'onnx-webgpu': works });
  expect(await chooseDevice(onnx('cpu'), around)).toEqual({ device: 'cpu', provider: 'cpu' });
  expect(around.asked).toEqual([]);
});

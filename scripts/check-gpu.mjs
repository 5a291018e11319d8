// Runs the tests of kernels, gradients and training of the backend `onnx` on another of its providers: `webgpu`, on the GPU of this machine or
// the software driver that Debian's `chromium` ships, or `cuda`. Says so and ends with 2 where it cannot.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { platform } from 'node:process';

const [provider, ...given] = process.argv.slice(2);
const env = { ...process.env, FSL_TEST_ON: provider };
if (provider === 'webgpu') findDriver();
else if (provider !== 'cuda') stop(`tests run on \`webgpu\` or \`cuda\`, not on \`${provider}\``);
else if (!hasDevice()) stop('check:cuda cannot run: this machine has no GPU of NVIDIA.');
console.log(`${provider} on ${env.VK_DRIVER_FILES ?? 'the GPU of this machine'}`);

const tests = [
  'test/engine/kernels',
  'test/engine/gradients',
  'test/engine/device-memory',
  'test/learning/training/fine-tune',
];
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--maxWorkers',
  '1',
  '--testTimeout',
  '900000',
  ...tests,
];
process.exit(spawnSync(process.execPath, [...vitest, ...given], { stdio: 'inherit', env }).status ?? 1);

function findDriver() {
  const folder = '/usr/lib/chromium';
  const driver = `${folder}/vk_swiftshader_icd.json`;
  if (platform === 'linux' && env.VK_DRIVER_FILES === undefined && !hasDevice()) {
    if (!existsSync(driver))
      stop(
        'check:webgpu cannot run: this machine has no GPU and no software driver for Vulkan.\n' +
          'Debian: `apt-get install chromium` brings one; or set VK_DRIVER_FILES to the description of another.',
      );
    env.VK_DRIVER_FILES = driver;
  }
  // The loader of Vulkan lies beside that driver; it is found there where the system has none.
  if (existsSync(folder)) env.LD_LIBRARY_PATH = [env.LD_LIBRARY_PATH, folder].filter(Boolean).join(':');
}

function hasDevice() {
  const there = (at) => (existsSync(at) ? readdirSync(at) : []);
  return (
    there('/dev/dri').some((name) => name.startsWith('renderD')) ||
    there('/dev').some((name) => /^nvidia\d/.test(name))
  );
}

function stop(reason) {
  console.error(reason);
  process.exit(2);
}

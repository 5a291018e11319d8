// `builtin:glyph-conv` on glyphs that it has not seen.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker } from './rig.ts';

const root = join(import.meta.dirname, '..', '..');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

test(
  'the built-in net tells glyphs apart that others have drawn, much better than by their pixels',
  { timeout: 120_000 },
  async () => {
    await using rig = await openRig(worker, join(root, 'pipelines/data'));
    await rig.write(
      'main.fsl',
      `load glyphs { from: ["glyphs-images-idx3-ubyte.gz", "glyphs-labels-idx1-ubyte.gz"]  where: label < 20 }
evaluate score { model: "builtin:glyph-conv"  on: glyphs  episodes: 40  ways: 10  shots: 1  queries: 5  require: accuracy > pixels.accuracy by 0.1 at 95% }
`,
    );
    const { code, stderr } = await rig.run(['main.fsl']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error[')]);
  },
);

test('it is small', () => {
  for (const file of ['conv4.json', 'conv4.safetensors'])
    expect(statSync(join(root, 'models/glyph-conv', file)).size).toBeLessThan(500_000);
});

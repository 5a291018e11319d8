// Second order end to end: `npm run check:maml -- --steps 70000 --shots 10 --order 2 --seed 1` meta-trains MAML on sine regression and prints
// the error on new tasks after 0 to 10 gradient steps. docs/maml.md says what the paper prints.
import { parseArgs } from 'node:util';
import { importTypeScript } from './import-typescript.mjs';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '70000' },
    shots: { type: 'string', default: '10' },
    order: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
const { check } = await importTypeScript('scripts/maml/main.ts');
const what = {
  steps: Number(values.steps),
  shots: Number(values.shots),
  order: values.order === '1' ? 1 : 2,
  seed: Number(values.seed),
};
await check(what, console.log);

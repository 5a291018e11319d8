// What README.md shows is what the command prints, and the programs in the documents compile.
import { mkdirSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from '../../src/parser/parse.ts';
import { buildWorker, openRig, removeWorker } from '../cli/rig.ts';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
let worker = '';
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => removeWorker(worker));

/** Contents of the fenced blocks of a language. */
function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    (match) => match[1] ?? '',
  );
}

test('the graph and the report of first.fsl', async () => {
  await using rig = await openRig(worker);
  await cp(join(root, 'pipelines'), join(rig.folder, 'pipelines'), { recursive: true });
  const run = await rig.run(['pipelines/first.fsl']);
  expect(run.code).toBe(0);
  const plan = await rig.run(['pipelines/first.fsl', '--set', 'shots=4', '--dry-run']);
  const [shownPlan = '', shownReport = ''] = blocks(readme, 'text');
  expect(plan.stdout).toContain(shownPlan.trimEnd());
  expect(run.stdout).toContain(shownReport.trimEnd());
  const graph = await rig.run(['graph', 'pipelines/first.fsl', '--format', 'svg']);
  expect(graph.stdout).toBe(readFileSync(join(root, 'docs/first.svg'), 'utf8'));
});

test.each(['README.md', 'docs/language.md'])('the programs in %s compile', async (name) => {
  await using rig = await openRig(worker);
  mkdirSync(join(rig.folder, 'data'));
  const rows = Array.from({ length: 80 }, (_, i) => `text ${i},label ${i % 2}`).join('\n');
  await rig.write('data/messages.csv', `message,intent\n${rows}\n`);
  await rig.write('data/reviews.csv', `review,sentiment\n${rows}\n`);
  await rig.write('tickets.csv', `subject,body,team\nHello,World,a\n`);
  const programs = fslBlocks(readFileSync(join(root, name), 'utf8'));
  expect(programs.length).toBeGreaterThan(0);
  for (const { mark, text } of programs) {
    expect(parse({ path: name, text }).diagnostics).toEqual([]);
    if (mark === 'part') continue;
    const file = mark === '' ? 'program.fsl' : mark;
    await rig.write(file, text);
    const { code, stderr } = await rig.run(['check', file]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  }
});

/** Blocks of the language. `part`: not a program by itself; a name: a file that later blocks import. */
function fslBlocks(markdown: string): readonly { readonly mark: string; readonly text: string }[] {
  return [...markdown.matchAll(/```fsl *([^\n]*)\n(.*?)```/gs)].map(([, mark = '', text = '']) => ({
    mark,
    text,
  }));
}

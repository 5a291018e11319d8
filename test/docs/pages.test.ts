// What the pages say is so: programs compile, commands print what is shown below them, links lead somewhere. How pages mark their
// blocks is in CONTRIBUTING.md. `npm run check:docs` also runs what is marked `slow`; `npm run update:docs` writes what is printed
// into the pages in the place of what they show.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { parse } from '../../src/parser/parse.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { buildCommand } from '../cli/rig.ts';
import { nothingKnown } from '../stages/nothing-known.ts';
import { blocksOf, shownCommands, type Block } from './blocks.ts';
import { brokenLinks } from './links.ts';
import { newOutput } from './new-output.ts';
import { otherOutput } from './same-output.ts';
import { openShell, type Shell } from './shell.ts';

const root = join(import.meta.dirname, '..', '..');
const slow = process.env['FSL_DOCS'] === 'all';
const updates = process.env['FSL_DOCS'] === 'update';
const bash = spawnSync('bash', ['-c', 'true']).status === 0;
const registry = standardRegistry();

/** Relative to the repository. */
const pages = globSync(['*.md', '{docs,pipelines,bench,models,grammar}/**/*.md'], { cwd: root }).toSorted();

test.each(pages)('the links of %s', (page) => {
  expect(brokenLinks(join(root, page))).toEqual([]);
});

/** Their programs are the examples of declarations, and have tests of their own. */
const generated = ['docs/errors.md', 'docs/stages.md'];
const written = pages
  .filter((page) => /^(docs\/|pipelines\/|[^/]+$)/.test(page) && !generated.includes(page))
  .map((page) => ({ page, blocks: blocksOf(readFileSync(join(root, page), 'utf8')) }));

const programs = written.flatMap(({ page, blocks }) => {
  const own = blocks.filter(({ language }) => language === 'fsl');
  return own.map((block) => ({ place: `${page}:${block.line}`, block, page, named: own.filter(fileOf) }));
});

test.each(programs)('the program at $place', ({ place, block, page, named }) => {
  const { file, diagnostics } = parse({ path: page, text: block.text });
  if (block.words.includes('part')) return expect(diagnostics, place).toEqual([]);
  const sources = new Map(named.map((one) => [`/${fileOf(one)}`, one.text]));
  const result = compile(file, diagnostics, {
    registry,
    params: [],
    resolvePath: (path) => join('/', path),
    facts: {
      ...nothingKnown,
      source: (path) => {
        const text = sources.get(path);
        return text === undefined ? { state: 'unknown' } : { state: 'known', value: { path, text } };
      },
    },
  });
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
});

describe.skipIf(!bash)('commands', () => {
  let built: Awaited<ReturnType<typeof buildCommand>>;
  beforeAll(async () => {
    built = await buildCommand();
  });
  afterAll(() => built[Symbol.asyncDispose]());

  const withCommands = written.filter(({ blocks }) => blocks.some(isRun));
  test.each(withCommands)(
    '$page',
    async ({ page, blocks }) => {
      await using shell = await openShell(built.command);
      for (const block of blocks) {
        const file = block.language === 'fsl' ? fileOf(block) : undefined;
        if (file !== undefined) await shell.write(file, block.text);
        if (isRun(block)) await runBlock(shell, block, page);
      }
    },
    slow ? 600_000 : 300_000,
  );
});

async function runBlock(shell: Shell, block: Block, page: string): Promise<void> {
  const exit = Number(block.words.find((word) => word.startsWith('exit='))?.slice('exit='.length) ?? 0);
  if (block.language === 'sh') {
    const { code, printed } = await shell.run(block.text);
    return expect(code, `${page}:${block.line}\n${printed}`).toBe(exit);
  }
  const shown = shownCommands(block.text);
  for (const [i, { command, output }] of shown.entries()) {
    const place = `${page}:${block.line} $ ${command}`;
    const { code, printed } = await shell.run(command);
    const other = otherOutput(output, printed);
    if (other !== undefined && updates) {
      replaceIn(page, `$ ${command}\n${output}`, `$ ${command}\n${newOutput(output, printed)}`);
      continue;
    }
    expect(other?.actual, place).toBe(other?.expected);
    expect(code, `${place}\n${printed}`).toBe(i === shown.length - 1 ? exit : 0);
  }
}

function replaceIn(page: string, before: string, now: string): void {
  const path = join(root, page);
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(before, () => now),
  );
}

function isRun({ language, words }: Block): boolean {
  return (
    (language === 'sh' || language === 'console') &&
    !words.includes('not-run') &&
    (slow || !words.includes('slow'))
  );
}

/** The file that a block of a program is: later blocks import it or run it. */
function fileOf({ words }: Block): string | undefined {
  return words.find((word) => word.endsWith('.fsl'));
}

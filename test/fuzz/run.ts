// A run of the fuzzer: so many random edits from one seed, with what went wrong, once for every way.
import { performance } from 'node:perf_hooks';
import { createRandom } from '../../src/learning/random.ts';
import { examine, openLaboratory, type Finding, type Laboratory } from './examine.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { examplePrograms } from './programs.ts';

export interface FuzzSettings {
  /** The root of the repository. */
  readonly root: string;
  readonly seed: number;
  readonly count: number;
  /** Milliseconds that a text may take; none where time is not measured. */
  readonly limit?: number;
  readonly onFinding?: (found: Found) => void;
  readonly onProgress?: (done: number) => void;
}

export interface Found extends Finding {
  /** `fuzz` with this seed and number gives the text again. */
  readonly number: number;
  readonly text: string;
}

export interface FuzzResult {
  readonly found: readonly Found[];
  readonly counts: Laboratory['counts'];
  /** Milliseconds. */
  readonly slowest: number;
}

/** What it knows of files is forgotten now and then, to bound its memory. */
const keep = 2000;

export function fuzz({ root, seed, count, limit, onFinding, onProgress }: FuzzSettings): FuzzResult {
  const programs = examplePrograms(root);
  const texts = programs.map(({ text }) => text);
  const found: Found[] = [];
  const known = new Set<string>();
  const counts = { read: 0, formatted: 0, planned: 0 };
  let laboratory = openLaboratory(root, counts);
  let slowest = 0;
  for (let number = 0; number < count; number += 1) {
    if (number % keep === keep - 1) laboratory = openLaboratory(root, counts);
    const { text, base } = mutate(texts, createRandom(seed, 'fuzz', number));
    const folder = programs[base]?.folder ?? root;
    const started = performance.now();
    const finding = examine(text, folder, laboratory) ?? slow(performance.now() - started, limit);
    slowest = Math.max(slowest, performance.now() - started);
    onProgress?.(number + 1);
    if (finding === undefined || known.has(finding.what + finding.detail)) continue;
    known.add(finding.what + finding.detail);
    const entry = { ...finding, number, text: shortest(text, finding, { folder, laboratory, limit }) };
    found.push(entry);
    onFinding?.(entry);
  }
  return { found, counts, slowest };
}

function slow(milliseconds: number, limit: number | undefined): Finding | undefined {
  if (limit === undefined || milliseconds <= limit) return undefined;
  return { what: 'slow', detail: `${Math.round(milliseconds / 500) / 2} s` };
}

function shortest(
  text: string,
  { what, detail }: Finding,
  {
    folder,
    laboratory,
    limit,
  }: { readonly folder: string; readonly laboratory: Laboratory; readonly limit: number | undefined },
): string {
  if (what === 'slow')
    return minimise(
      text,
      (shorter) => {
        const started = performance.now();
        examine(shorter, folder, laboratory);
        return performance.now() - started > (limit ?? 0);
      },
      60,
    );
  return minimise(text, (shorter) => {
    const finding = examine(shorter, folder, laboratory);
    return finding?.what === what && finding.detail === detail;
  });
}

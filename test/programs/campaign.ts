// Tries a property on many generated programs; what fails is made as small as can be and shown with its seed.
import { env } from 'node:process';
import type * as Ast from '../../src/parser/ast.ts';
import { decisionsOf, type Decision, type Overrides } from './decisions.ts';
import { generate, type Size } from './generate.ts';
import { programText } from './rig.ts';
import { worldOf, type Group } from './world.ts';

export interface Program {
  readonly seed: number;
  readonly overrides: Overrides;
  readonly declarations: readonly Ast.Declaration[];
  readonly text: string;
  readonly world: readonly Group[];
  readonly asked: ReadonlyMap<string, Decision>;
}

export const small: Size = { stages: 4, depth: 1, instances: 3 };
export const middling: Size = { stages: 6, depth: 2, instances: 6 };
export const large: Size = { stages: 7, depth: 3, instances: 24 };

export function programOf(
  seed: number,
  size: Size,
  overrides: Overrides = new Map(),
  world = worldOf(),
): Program {
  const { decisions, asked } = decisionsOf(seed, overrides);
  const declarations = generate(decisions, world, size);
  return { seed, overrides, declarations, text: programText(declarations), world, asked };
}

/** How many programs: `FSL_GENERATED=2000` for a long campaign, from `FSL_SEED` on. */
export function countOf(usual: number): number {
  const asked = Number(env['FSL_GENERATED']);
  return Number.isInteger(asked) && asked > 0 ? asked : usual;
}

/** Of a test, in ms: long campaigns, and failures being made smaller, take their time. */
export const patience = 3_600_000;

export const firstSeed = Number(env['FSL_SEED'] ?? 1);

/** `FSL_SHRINKS=0` shows the first failure as it is. */
const usualShrinks = Number(env['FSL_SHRINKS'] ?? 40);

export interface Campaign {
  readonly programs: number;
  readonly size: Size;
  /** How often a failing program may be tried again to make it smaller. */
  readonly shrinks?: number;
}

/** Throws on the first program for which `property` does. */
export async function tryPrograms(
  { programs, size, shrinks = usualShrinks }: Campaign,
  property: (program: Program) => void | Promise<void>,
): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + programs; seed += 1) {
    const program = programOf(seed, size);
    const failure = await failureOf(program, property);
    if (failure === undefined) continue;
    const smallest = await shrink(program, size, property, { most: shrinks, kind: kindOf(failure) });
    throw new Error(told(smallest, (await failureOf(smallest, property)) ?? failure), { cause: failure });
  }
}

async function failureOf(
  program: Program,
  property: (program: Program) => void | Promise<void>,
): Promise<unknown> {
  try {
    await property(program);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Sets one choice after the other to its plainest as long as the property still fails. */
async function shrink(
  program: Program,
  size: Size,
  property: (program: Program) => void | Promise<void>,
  { most, kind }: { readonly most: number; readonly kind: string },
): Promise<Program> {
  let best = program;
  let left = most;
  for (let better = true; better;) {
    better = false;
    for (const [path, { value }] of best.asked) {
      if (value === 0) continue;
      if (left === 0) return best;
      const overrides = new Map([...best.overrides, [path, 0]]);
      const next = programOf(program.seed, size, overrides);
      if (next.text === best.text || next.text.length > best.text.length) continue;
      left -= 1;
      const failure = await failureOf(next, property);
      if (failure === undefined || kindOf(failure) !== kind) continue;
      best = next;
      better = true;
    }
  }
  return best;
}

/** A smaller program shall fail in the same way: with the same code, or the same words up to the first number. */
function kindOf(failure: unknown): string {
  const message = failure instanceof Error ? failure.message : String(failure);
  return /error\[[a-z-]+\]/.exec(message)?.[0] ?? /^[^\d`'"\n]*/.exec(message)?.[0] ?? '';
}

function told({ seed, text }: Program, failure: unknown): string {
  return `seed ${seed}: ${failure instanceof Error ? failure.message : String(failure)}\n\n${text}`;
}

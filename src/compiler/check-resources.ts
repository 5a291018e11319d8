// Whether this machine can give what a stage asks for. Knows what the machine has only through `Facts`.
import type * as Ast from '../parser/ast.ts';
import type { Span } from '../parser/source.ts';
import type { MachineFacts } from '../stages/facts.ts';
import type { Json } from '../stages/value.ts';
import type { Resources } from './pipeline.ts';
import type { Program } from './program.ts';

/** From the resolved options common to all stages. */
export function resourcesOf({ resources }: Readonly<Record<string, Json | undefined>>): Resources {
  return (resources ?? {}) as Resources; // resolved by its own declaration
}

/** `written` is what the program says, for the places. */
export function checkResources(resources: Resources, written: Ast.Expr, program: Program): void {
  const machine = program.facts.machine?.();
  if (machine === undefined) return;
  for (const { name, asked, has } of shortages(resources, machine)) {
    program.diagnostics.add({
      code: 'too-few-resources',
      message: `\`${name}: ${asked}\` is more than this machine has: ${has}`,
      span: placeOf(name, written),
      hint: 'lower it or leave it out; or run the program where there is more',
    });
  }
}

interface Shortage {
  readonly name: keyof Resources;
  readonly asked: string;
  readonly has: string;
}

function shortages(
  { cores = 0, memory = 0, gpu = 0 }: Resources,
  machine: MachineFacts,
): readonly Shortage[] {
  const found: Shortage[] = [];
  if (cores > machine.cores) found.push({ name: 'cores', asked: `${cores}`, has: `${machine.cores}` });
  if (memory > machine.memory)
    found.push({ name: 'memory', asked: inUnits(memory), has: inUnits(machine.memory) });
  // Only asked about where it matters: counting devices is a look at the system.
  const gpus = gpu > 0 ? machine.gpus : undefined;
  if (gpus !== undefined && gpu > gpus)
    found.push({ name: 'gpu', asked: `${gpu}`, has: gpus === 0 ? 'none' : `${gpus}` });
  return found;
}

/** The value of the key, where the map is written in place. */
function placeOf(name: string, written: Ast.Expr): Span {
  const entry = written.node === 'map' ? written.entries.find((one) => one.name.text === name) : undefined;
  return entry?.value.span ?? written.span;
}

/** `8GB`, as the language writes sizes. */
function inUnits(bytes: number): string {
  const [unit, of] = bytes >= 1e9 ? (['GB', 1e9] as const) : (['MB', 1e6] as const);
  return `${Number((bytes / of).toFixed(1))}${unit}`;
}

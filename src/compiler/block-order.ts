// Puts the stages of a block into an order in which inputs come first. It depends on what they are, not on their names nor,
// as far as they differ, on where they stand; positions in it are what results are keyed by.
import type { Span } from '../parser/source.ts';
import type { BlockDeclaration, BlockInput } from '../stages/stage.ts';
import type { CheckedBlockStage, CheckedInput } from './pipeline.ts';
import type { Program } from './program.ts';
import type { InnerStage } from './resolve-block.ts';

/** `inputs` name stages by their position among the declarations, and once ordered by that in the block. */
export interface UnorderedStage extends InnerStage {
  readonly checked: Omit<CheckedBlockStage, 'inputs' | 'handed'>;
  readonly inputs: Readonly<Record<string, BlockInput>>;
  /** From outside the block, by input, or by input and position in the `choice` that decides. */
  readonly outside: Readonly<Record<string, CheckedInput>>;
  readonly span: Span;
  readonly places: Readonly<Record<string, Span>>;
}

/** Nothing, after a report, where stages need each other in a circle. */
export function orderBlock(
  stages: readonly UnorderedStage[],
  program: Program,
): readonly UnorderedStage[] | undefined {
  const positions = new Map<number, number>();
  const ordered: UnorderedStage[] = [];
  let left = stages.map((stage, declared) => ({ stage, declared }));
  while (left.length > 0) {
    const ready = left
      .filter(({ stage }) => needs(stage).every((need) => positions.has(need)))
      .map(({ stage, declared }) => {
        const moved = { ...stage, inputs: moveInputs(stage.inputs, positions) };
        return { stage: moved, declared, text: signature(moved) };
      })
      .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.declared - b.declared));
    if (ready.length === 0) {
      reportCircle(
        left.map(({ stage }) => stage),
        program,
      );
      return undefined;
    }
    for (const { stage, declared } of ready) {
      positions.set(declared, ordered.length);
      ordered.push(stage);
    }
    left = left.filter(({ declared }) => !positions.has(declared));
  }
  return ordered;
}

/** Of each stage in order: whether it reads the rows that trials are measured on, itself or through stages before it. */
export function heldStages(
  stages: readonly Pick<CheckedBlockStage, 'inputs'>[],
  { held }: BlockDeclaration,
): readonly boolean[] {
  const found: boolean[] = [];
  for (const { inputs } of stages)
    found.push(
      Object.values(inputs).some((input) => {
        switch (input.from) {
          case 'fold':
            return input.part === held;
          case 'stage':
            return found[input.stage] === true;
          default:
            return input satisfies never;
        }
      }),
    );
  return found;
}

function needs({ inputs }: UnorderedStage): readonly number[] {
  return Object.values(inputs).flatMap((input) => (input.from === 'stage' ? [input.stage] : []));
}

function moveInputs(
  inputs: UnorderedStage['inputs'],
  positions: ReadonlyMap<number, number>,
): UnorderedStage['inputs'] {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      input.from === 'stage' ? { ...input, stage: positions.get(input.stage) ?? -1 } : input,
    ]),
  );
}

/** What it is, without names of stages. */
function signature({ checked, inputs }: UnorderedStage): string {
  const { kind, options, seed, chosen } = checked;
  return JSON.stringify([kind, options, seed, chosen, inputs]);
}

function reportCircle(stuck: readonly UnorderedStage[], program: Program): void {
  const [first, ...rest] = stuck;
  if (first === undefined) return;
  const names = stuck.map(({ checked }) => `\`${checked.name}\``);
  program.diagnostics.add({
    code: 'cycle',
    message:
      rest.length === 0
        ? `${names[0]} needs itself`
        : `these stages wait for each other: ${names.join(', ')}`,
    span: first.span,
    notes: rest.map(({ checked, span }) => ({ span, message: `\`${checked.name}\` waits too` })),
    hint: 'take one of their inputs away',
  });
}

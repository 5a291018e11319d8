// What differs between the stages inside a step then and now, by the names that the program gives them now.
import type { CheckedStep } from '../compiler/pipeline.ts';
import type { Span } from '../parser/source.ts';
import { withoutModels } from '../stages/model-arguments.ts';
import type { BlockInput } from '../stages/stage.ts';
import { canonicalJson } from './canonical.ts';
import { stageChanges, valueChanges } from './key-changes.ts';
import type { BlockStageParts } from './key.ts';
import type { Reason } from './plan.ts';

export interface BlockComparison {
  readonly step: CheckedStep;
  readonly before: readonly BlockStageParts[] | undefined;
  readonly after: readonly BlockStageParts[] | undefined;
  readonly locate: (span: Span | undefined) => Pick<Reason, 'file' | 'line' | 'column'>;
}

/** Stages are compared by their position; where the kinds are others, only that is said. */
export function blockChanges({ step, before, after, locate }: BlockComparison): readonly Reason[] {
  if (before === undefined || after === undefined) return [];
  const stages = step.block?.stages ?? [];
  const place = (at: string, stage: number): ReturnType<typeof locate> =>
    locate(step.places[at] ?? step.places[String(stage)] ?? step.span);
  const kinds = (of: readonly BlockStageParts[]): readonly string[] => of.map(({ kind }) => kind);
  if (canonicalJson(kinds(before)) !== canonicalJson(kinds(after)))
    return [
      {
        code: 'option_changed',
        path: 'block',
        before: kinds(before),
        after: kinds(after),
        ...place('', 0),
      },
    ];
  return after.flatMap((is, stage) => {
    const was = before[stage] ?? is;
    const name = stages[stage]?.name ?? is.kind;
    const entries = (of: BlockStageParts): Readonly<Record<string, unknown>> => ({
      ...of.options,
      seed: of.seed,
      ...Object.fromEntries(Object.entries(of.inputs).map(([input, from]) => [input, inputText(from, step)])),
      ...of.chosen,
    });
    const changes = valueChanges(entries(was), entries(is), was.version !== is.version);
    return [
      ...stageChanges(was, is),
      ...changes.map(({ name: option, ...sides }): Reason => {
        const kind = stages[stage]?.definition.options[option]?.kind;
        return {
          code: 'option_changed',
          path: `${name}.${option}`,
          before: withoutModels(kind, sides.before),
          after: withoutModels(kind, sides.after),
          ...place(`${stage}.${option}`, stage),
        };
      }),
    ];
  });
}

function inputText(input: BlockInput, { block, definition }: CheckedStep): string {
  const [from, part] =
    input.from === 'fold'
      ? [definition.block?.folds ?? '', input.part]
      : [block?.stages[input.stage]?.name ?? String(input.stage), input.part];
  return part === '' ? from : `${from}.${part}`;
}

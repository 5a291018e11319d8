// What differs between the stages inside a step then and now, by the names that the program gives them now.
import type { CheckedStep } from '../compiler/pipeline.ts';
import type { Span } from '../parser/source.ts';
import { withoutModels } from '../stages/model-arguments.ts';
import type { OptionKind } from '../stages/option.ts';
import type { BlockInput } from '../stages/stage.ts';
import { canonicalJson } from './canonical.ts';
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
  const changed = (
    path: string,
    was: unknown,
    is: unknown,
    at: string,
    stage: number,
    kind?: OptionKind,
  ): readonly Reason[] => {
    if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return [];
    const [before, after] = [withoutModels(kind, was), withoutModels(kind, is)];
    return [{ code: 'option_changed', path, before, after, ...place(at, stage) }];
  };

  const kinds = (of: readonly BlockStageParts[]): readonly string[] => of.map(({ kind }) => kind);
  const others = changed('block', kinds(before), kinds(after), '', 0);
  if (others.length > 0) return others;
  return after.flatMap((is, stage) => {
    const was = before[stage] ?? is;
    const name = stages[stage]?.name ?? is.kind;
    const restaged: readonly Reason[] =
      was.version === is.version
        ? []
        : [{ code: 'stage_changed', path: is.kind, before: was.version, after: is.version }];
    const entries = (of: BlockStageParts): Readonly<Record<string, unknown>> => ({
      ...of.options,
      seed: of.seed,
      ...Object.fromEntries(Object.entries(of.inputs).map(([input, from]) => [input, inputText(from, step)])),
      ...of.chosen,
    });
    const [from, to] = [entries(was), entries(is)];
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
      (option) => restaged.length === 0 || (option in from && option in to),
    );
    return [
      ...restaged,
      ...names.flatMap((option) => {
        const kind = stages[stage]?.definition.options[option]?.kind;
        return changed(`${name}.${option}`, from[option], to[option], `${stage}.${option}`, stage, kind);
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

// What a step does with the rows of each of its inputs, for the leakage rules. Made once for all steps with the same options.
import type { ArtifactType } from '../stages/artifact.ts';
import type { Use } from '../stages/stage.ts';
import type { Condition } from '../stages/value.ts';
import type { ResolvedStep } from './resolve-steps.ts';

export interface RowUses {
  readonly inputs: readonly InputUse[];
  /** What the options say of which rows are read. */
  readonly conditions: readonly Condition[];
}

export interface InputUse {
  readonly input: string;
  readonly accepts: ArtifactType;
  /** What the rows are consumed for. */
  readonly purposes: readonly ('fitted' | 'selected')[];
  readonly measures: boolean;
  /** Whether the datasets that the step gives have the rows of this input, as they are or changed. */
  readonly carries: boolean;
}

export function rowUses(): (step: ResolvedStep) => RowUses {
  const known = new WeakMap<object, RowUses>();
  return (step) => {
    const before = known.get(step.options);
    if (before !== undefined) return before;
    const made = { inputs: inputUses(step), conditions: conditions(step) };
    known.set(step.options, made);
    return made;
  };
}

function inputUses({ definition, options, complete }: ResolvedStep): readonly InputUse[] {
  const also = complete ? (definition.alsoUses?.(options) ?? {}) : {};
  return Object.entries(definition.inputs).map(([input, { accepts, use }]) => {
    const uses: readonly (Use | undefined)[] = [use, also[input]];
    return {
      input,
      accepts,
      purposes: [
        ...(uses.includes('fit') ? (['fitted'] as const) : []),
        ...(uses.includes('select') ? (['selected'] as const) : []),
      ],
      measures: uses.includes('measure'),
      carries: use === 'transform' || use === 'apply' || use === 'fit',
    };
  });
}

function conditions({ definition, options }: ResolvedStep): readonly Condition[] {
  return Object.entries(definition.options)
    .filter(([name, { kind }]) => kind.type === 'condition' && options[name] !== undefined)
    .map(([name]) => options[name] as unknown as Condition); // what options of this kind resolve to
}

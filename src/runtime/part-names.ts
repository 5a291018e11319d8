// How a program calls the parts of a step: results have names of their own for parts that come from stages inside it.
import { nameOfPart } from '../compiler/name-parts.ts';
import type { CheckedStep } from '../compiler/pipeline.ts';

type Named = Pick<CheckedStep, 'id' | 'outputs' | 'partNames'>;

/** `parts[seed=1].train`, `best.candidate`; only the id where the step is one artifact. */
export function partLabel(step: Named, part: string): string {
  return part === '' ? step.id : `${step.id}.${nameOfPart(step, part)}`;
}

/** The part of that name in the program. */
export function partNamed(step: Named, name: string): string | undefined {
  const part = step.partNames?.[name] ?? name;
  return Object.hasOwn(step.outputs, part) && nameOfPart(step, part) === name ? part : undefined;
}

/** In the program's words; empty where the step is one artifact. */
export function partNamesOf(step: Named): readonly string[] {
  return Object.keys(step.outputs).map((part) => nameOfPart(step, part));
}

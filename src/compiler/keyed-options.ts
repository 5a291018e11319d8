// The options of a step that its result depends on. Knows no stages.
import type { Json } from '../stages/value.ts';
import type { ResolvedStep } from './resolve-steps.ts';

export function keyedOptions({
  options,
  definition,
}: Pick<ResolvedStep, 'options' | 'definition'>): readonly (readonly [string, Json])[] {
  return Object.entries(options).filter(([name]) => definition.options[name]?.keyed === true);
}

// A pipeline as text in which everything counts that a plan is made from, and no place in a file does.
import type { Pipeline } from '../../src/compiler/pipeline.ts';

export function pipelineText({ steps, targets, defaultTargets, params }: Pipeline): string {
  const what = {
    steps: steps.map(({ definition, ...step }) => ({ ...step, kind: definition.name })),
    targets: [...targets],
    defaultTargets,
    params,
  };
  const written = (key: string, value: unknown): unknown => {
    if (['span', 'place', 'places', 'source', 'doc'].includes(key)) return undefined;
    if (key === 'definition') return (value as { readonly name: string }).name;
    return value;
  };
  return JSON.stringify(what, written, 1);
}

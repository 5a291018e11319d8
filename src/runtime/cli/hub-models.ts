// Which models of the hub a planned program needs, each once, with the place that names it.
import type { CheckedInput } from '../../compiler/pipeline.ts';
import type { Span } from '../../parser/source.ts';
import type { HubSource } from '../../stages/hub-source.ts';
import type { Planned } from '../plan.ts';

export interface WantedModel {
  readonly source: HubSource;
  readonly span: Span;
}

/** Those that are not in the cache; with `all`, the others too. */
export function hubModels({ steps }: Planned, all: boolean): readonly WantedModel[] {
  const wanted = new Map<string, WantedModel>();
  for (const { step } of steps) {
    for (const [name, input] of Object.entries(step.inputs)) {
      for (const source of sourcesIn(input, all))
        if (!wanted.has(source.text))
          wanted.set(source.text, { source, span: step.places[name] ?? step.span });
    }
  }
  return [...wanted.values()];
}

function sourcesIn(input: CheckedInput, all: boolean): readonly HubSource[] {
  if (input.from === 'many') return input.members.flatMap((member) => sourcesIn(member.input, all));
  if (input.from !== 'folder' || input.hub === undefined) return [];
  return all || !input.hub.ready ? [input.hub.source] : [];
}

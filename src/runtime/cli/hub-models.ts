// Which models of the hub a planned program needs, each once, with the place that names it.
import { memberPlace, type CheckedInput } from '../../compiler/pipeline.ts';
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
      const placed = (place: string): Span | undefined => step.places[place];
      const span = placed(name) ?? step.span;
      for (const found of sourcesIn(input, { span, member: (i) => placed(memberPlace(name, i)) }, all))
        if (!wanted.has(found.source.text)) wanted.set(found.source.text, found);
    }
  }
  return [...wanted.values()];
}

interface Places {
  readonly span: Span;
  readonly member: (position: number) => Span | undefined;
}

function sourcesIn(input: CheckedInput, { span, member }: Places, all: boolean): readonly WantedModel[] {
  if (input.from === 'many')
    return input.members.flatMap((one, i) =>
      sourcesIn(one.input, { span: member(i) ?? span, member: () => undefined }, all),
    );
  if (input.from !== 'folder' || input.hub === undefined) return [];
  return all || !input.hub.ready ? [{ source: input.hub.source, span }] : [];
}

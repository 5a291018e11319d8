// What is known of the artifacts of a program while its steps are checked one after the other.
import type { Span } from '../parser/source.ts';
import type { ArtifactType, Static } from '../stages/artifact.ts';
import type { Facts } from '../stages/facts.ts';
import type { BuiltinModel } from '../stages/registry.ts';
import type { CheckedInput } from './pipeline.ts';
import type { OwnLeak } from './report-leakage.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** What has been found out so far, by step id and part. */
export interface Known {
  readonly steps: Map<string, ResolvedStep>;
  readonly outputs: Map<string, Readonly<Record<string, Static>>>;
  /** What was found of steps that share their options and what is known of their inputs: such steps are checked once. */
  readonly checked: Map<string, Found>;
  /** What the stages themselves say of leakage. */
  readonly leaks: OwnLeak[];
  readonly builtin: (name: string) => BuiltinModel | undefined;
  readonly identity: (value: object) => number;
  /** Places where an artifact has been found to be what the input takes. */
  readonly fitting: WeakMap<Static, Set<Span>>;
}

/** What a stage's own check gives. */
export interface Found {
  readonly outputs: Readonly<Record<string, Static>>;
  readonly leaks: readonly Omit<OwnLeak, 'step'>[];
}

/** The static artifact behind an input, or nothing where it is wrong or unknown. */
export function staticOf(input: CheckedInput, known: Known, facts: Facts): Static | undefined {
  switch (input.from) {
    case 'step':
      return known.outputs.get(input.step)?.[input.part];
    case 'files':
      return { type: 'files' };
    case 'builtin':
      return {
        type: 'model',
        capability: 'encoder',
        labels: undefined,
        trainable: false,
        masked: false,
        images: known.builtin(input.name)?.images === true,
      };
    case 'call':
      return {
        type: 'model',
        capability: 'encoder',
        labels: undefined,
        trainable: true,
        masked: false,
        made: true,
      };
    case 'folder': {
      const fact = facts.modelFolder(input.path);
      return fact.state === 'known' ? { type: 'model', trainable: true, ...fact.value } : undefined;
    }
    case 'many':
      return undefined;
    default:
      return input satisfies never;
  }
}

/** Says nothing about an artifact but its type, so that one mistake is not told again by every stage behind it. */
export function unknownStatic(type: ArtifactType, part: string): Static {
  switch (type) {
    case 'dataset': {
      const partition =
        part === 'train' || part === 'validation' || part === 'test' || part === 'unlabelled'
          ? part
          : undefined;
      return {
        type,
        columns: undefined,
        rows: undefined,
        labelled: partition !== 'unlabelled',
        labels: undefined,
        partition,
        unsure: true,
      };
    }
    case 'model':
      return { type, capability: 'classifier', labels: undefined };
    case 'report':
      return { type, metrics: undefined };
    case 'files':
      return { type };
    default:
      return type satisfies never;
  }
}

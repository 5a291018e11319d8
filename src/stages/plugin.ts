// Packages that contribute stage kinds: what they export, and what they are given to build their stages with. They need no
// copy of FSL of their own, so that there is never a second one beside the one that runs.
//
//   export default (fsl) => ({ stages: [fsl.defineStage({ name: 'shout', … })] });
import type { Artifact, Output } from './artifact.ts';
import { readDataset, writeDataset } from './dataset-file.ts';
import * as dataset from './dataset.ts';
import type { Dataset } from './dataset.ts';
import * as option from './option.ts';
import { defineStage, input, type StageDefinition } from './stage.ts';
import { stepFailure } from './step-failure.ts';

/** What a package gives. */
export interface Plugin {
  readonly stages: readonly StageDefinition[];
}

/** The default export of a package. */
export type PluginModule = (fsl: PluginApi) => Plugin | Promise<Plugin>;

/** Where a stage kind comes from, if not from FSL itself. */
export interface PluginOrigin {
  readonly package: string;
  /** Of the package; recorded with results, not keyed: the stage's own `version` is. */
  readonly version: string;
  /** `file:` address of its module. */
  readonly url: string;
}

/** What a package builds its stages with. */
export interface PluginApi {
  /** Raised when something that was here is gone or means something else. */
  readonly version: 1;
  readonly defineStage: typeof defineStage;
  readonly input: typeof input;
  /** Builders of options: `option.int({ default: 1, doc: '…' })`. */
  readonly option: Pick<typeof option, OptionBuilder>;
  /** A problem that the user can mend, to be thrown by `run`; `at` names the option or input. */
  readonly failure: typeof stepFailure;
  readonly dataset: {
    read(artifact: Artifact): Promise<Dataset>;
    write(output: Output, dataset: Dataset): Promise<void>;
    /** The texts, in row order. Only for datasets with a text column. */
    readonly texts: typeof dataset.texts;
    readonly labelIndices: typeof dataset.labelIndices;
    readonly select: typeof dataset.select;
    readonly withTexts: typeof dataset.withTexts;
    readonly withColumn: typeof dataset.withColumn;
    readonly withoutLabels: typeof dataset.withoutLabels;
  };
}

type OptionBuilder =
  | 'int'
  | 'float'
  | 'share'
  | 'bool'
  | 'string'
  | 'duration'
  | 'size'
  | 'column'
  | 'template'
  | 'count'
  | 'condition'
  | 'secret'
  | 'outputPath'
  | 'word'
  | 'call'
  | 'list'
  | 'map'
  | 'record'
  | 'either';

export const pluginApi: PluginApi = {
  version: 1,
  defineStage,
  input,
  option,
  failure: stepFailure,
  dataset: { ...dataset, read: readDataset, write: writeDataset },
};

// The program most tests of the runtime run: data, two seeds, a model and a report for each, and what they have in common.
import { join } from 'node:path';
import type { CheckedInput, Pipeline } from '../../../src/compiler/pipeline.ts';
import type { CommonValues } from '../../../src/compiler/pipeline.ts';
import type { Json } from '../../../src/stages/value.ts';
import { fromStep, pipelineOf, stepId, type StepSketch } from './pipeline.ts';
import { stages } from './stages.ts';

export interface SmallProgram {
  /** Of the data, relative to the folder. */
  readonly data?: readonly string[];
  readonly seeds?: readonly number[];
  /** Of the seed that the draws use. */
  readonly seedOffset?: number;
  readonly train?: number;
  readonly epochs?: number;
  /** Milliseconds that each draw and each fit takes. */
  readonly wait?: number;
  readonly labelNames?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly sourceVersion?: number;
  /** Name of the stage that draws. */
  readonly pickName?: string;
  readonly reversed?: boolean;
  readonly require?: number;
  readonly to?: string;
  /** More options and common options of every fit. */
  readonly fit?: Readonly<Record<string, Json>>;
  readonly fitCommon?: Partial<CommonValues>;
  readonly base?: CheckedInput;
}

export function smallProgram(folder: string, program: SmallProgram = {}): Pipeline {
  const { data = ['data.txt'], seeds = [1, 2], pickName = 'parts', wait = 0, limit, labelNames } = program;
  const kinds = stages(program.sourceVersion);
  const start: StepSketch = {
    name: 'rows',
    definition: kinds.source,
    options: {
      prefix: '',
      ...(limit === undefined ? {} : { limit }),
      ...(labelNames === undefined ? {} : { label_names: labelNames }),
    },
    inputs: { from: { from: 'files', paths: data.map((name) => join(folder, name)) } },
  };
  const sketches: StepSketch[] = [start];
  for (const seed of program.reversed === true ? [...seeds].reverse() : seeds) {
    const keys = { seed };
    const id = (name: string): string => stepId({ name, keys });
    sketches.push(
      {
        name: pickName,
        keys,
        definition: kinds.pick,
        options: { train: program.train ?? 4, wait },
        inputs: { from: fromStep('rows') },
        common: { seed: seed + (program.seedOffset ?? 0) },
      },
      {
        name: 'model',
        keys,
        definition: kinds.fit,
        options: { epochs: program.epochs ?? 1, wait, full: false, ...program.fit },
        inputs: {
          from: fromStep(id(pickName), 'train'),
          ...(program.base === undefined ? {} : { base: program.base }),
        },
        ...(program.fitCommon === undefined ? {} : { common: program.fitCommon }),
      },
      {
        name: 'score',
        keys,
        definition: kinds.score,
        options: {
          ...(program.require === undefined ? {} : { require: program.require }),
          ...(program.to === undefined ? {} : { to: join(folder, `${seed}-${program.to}`) }),
        },
        inputs: { model: fromStep(id('model')), on: fromStep(id(pickName), 'test') },
      },
    );
  }
  const members = seeds.map((seed) => {
    const keys = { seed };
    return { name: 'score', keys, input: fromStep(stepId({ name: 'score', keys })) };
  });
  sketches.push({ name: 'summary', definition: kinds.gather, inputs: { of: { from: 'many', members } } });
  return pipelineOf(sketches);
}

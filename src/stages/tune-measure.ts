// One measurement of a trial on a fold: the stages of the block that the figure needs, in order. What gives the same is run
// once, whichever trials ask for it. Knows no method of search.
import { Failure } from '../parser/diagnostic.ts';
import type { Artifact } from './artifact.ts';
import type { Report } from './report.ts';
import type { BlockRun, Objective, TrialValues } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import type { Fold } from './tune-folds.ts';

export type Measured =
  | { readonly state: 'measured'; readonly score: number }
  | { readonly state: 'failed'; readonly failure: Failure };

export type Measure = (values: TrialValues, fold: number) => Promise<Measured>;

/** Results kept for trials to come; what was asked for longest ago is dropped first. */
const kept = 48;

type Parts = Readonly<Record<string, Artifact>>;

export function openMeasure(
  block: BlockRun,
  folds: readonly Fold[],
  { stage: measuring, metric }: Objective,
): Measure {
  const needed = neededFor(block, measuring);
  const results = new Map<string, Parts>();
  const figures = new Map<string, Measured>();
  const room = Math.max(kept, 2 * needed.length);

  const recall = async (id: string, run: () => Promise<Parts>): Promise<Parts> => {
    const parts = results.get(id) ?? (await run());
    results.delete(id);
    results.set(id, parts);
    for (const [oldest, old] of results) {
      if (results.size <= room) break;
      results.delete(oldest);
      await block.drop(Object.values(old));
    }
    return parts;
  };

  return async (values, number) => {
    const fold = folds[number];
    if (fold === undefined) throw new Error(`there is no fold ${number}`);
    const ids = identitiesOf(block, needed, values, fold);
    const id = ids.get(measuring) ?? '';
    const known = figures.get(id);
    if (known !== undefined) return known;
    let measured: Measured;
    try {
      const parts = new Map<number, Parts>();
      for (const stage of needed) {
        const inputs = inputsOf(block, stage, fold, parts);
        parts.set(stage, await recall(ids.get(stage) ?? '', () => block.run(stage, values, inputs)));
      }
      measured = { state: 'measured', score: await figureOf(parts.get(measuring)?.[''], metric) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      measured = { state: 'failed', failure: error };
    }
    figures.set(id, measured);
    return measured;
  };
}

/** Stages that a stage needs, itself last. */
function neededFor({ stages }: BlockRun, last: number): readonly number[] {
  const needed = new Set<number>();
  const visit = (stage: number): void => {
    for (const input of Object.values(stages[stage]?.inputs ?? {}))
      if (input.from === 'stage') visit(input.stage);
    needed.add(stage);
  };
  visit(last);
  return [...needed];
}

/** A text for what each stage would give, by stage. */
function identitiesOf(
  block: BlockRun,
  needed: readonly number[],
  values: TrialValues,
  fold: Fold,
): ReadonlyMap<number, string> {
  const ids = new Map<number, string>();
  for (const stage of needed) {
    const inputs = Object.entries(block.stages[stage]?.inputs ?? {}).map(([name, input]) => [
      name,
      input.from === 'fold'
        ? foldPart(fold, input.part).digest
        : `${ids.get(input.stage) ?? ''}/${input.part}`,
    ]);
    ids.set(stage, block.identity(stage, values, Object.fromEntries(inputs) as Record<string, string>));
  }
  return ids;
}

/** What a stage reads from folds and from stages before it. A part that is not there is absent. */
export function inputsOf(
  block: BlockRun,
  stage: number,
  fold: Fold,
  parts: ReadonlyMap<number, Parts>,
): Readonly<Record<string, Artifact>> {
  const inputs: Record<string, Artifact> = {};
  for (const [name, input] of Object.entries(block.stages[stage]?.inputs ?? {})) {
    const artifact =
      input.from === 'fold' ? foldPart(fold, input.part) : parts.get(input.stage)?.[input.part];
    if (artifact !== undefined) inputs[name] = artifact;
  }
  return inputs;
}

function foldPart(fold: Fold, part: string): Artifact {
  return part === 'train' ? fold.train : fold.validation;
}

async function figureOf(artifact: Artifact | undefined, metric: string): Promise<number> {
  if (artifact === undefined) throw new Error('a stage that measures gave no report');
  const report = JSON.parse(new TextDecoder().decode(await artifact.read('report.json'))) as Report; // written by a stage of ours
  const figure = report.type === 'evaluation' ? report.metrics[metric]?.value : undefined;
  if (figure !== undefined && Number.isFinite(figure)) return figure;
  throw stepFailure({
    code: 'empty-data',
    message: `there is no \`${metric}\` of these rows`,
    hint: 'with few rows a fold may lack what the metric needs: ask for fewer `folds`, or take another metric',
  });
}

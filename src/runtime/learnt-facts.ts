// Which classes the `meta-learn` of a model folder has learnt, from the small file that says so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError } from '../learning/model-error.ts';
import type { Fact, ModelFacts } from '../stages/facts.ts';
import { learntFile, metaLearnt } from '../stages/meta-learnt.ts';

/** The facts of the folder with these classes beside those that it has. Throws what the file system says. */
export function withLearnt(
  facts: Fact<ModelFacts>,
  folder: string,
  names: readonly string[],
  display: (path: string) => string,
): Fact<ModelFacts> {
  if (facts.state !== 'known' || !names.includes(learntFile)) return facts;
  const path = join(folder, learntFile);
  try {
    const { classes, validation_classes } = metaLearnt(readFileSync(path));
    const learnt = [...(facts.value.learnt ?? []), ...classes, ...validation_classes];
    return { state: 'known', value: { ...facts.value, learnt } };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const message = `\`${display(path)}\` ${error.problem}`;
    return { state: 'wrong', problem: { code: 'bad-model', message, hint: error.hint } };
  }
}

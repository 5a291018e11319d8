// The rules of every kind that has some. A kind without rules is generated from its declaration alone.
import type { Rules } from '../sketch.ts';
import { augment } from './augment.ts';
import { compare } from './compare.ts';
import { distill } from './distill.ts';
import { evaluateRules, type Unique } from './evaluate.ts';
import { fineTune } from './fine-tune.ts';
import { load } from './load.ts';
import { predict } from './predict.ts';
import { prompt } from './prompt.ts';
import { split } from './split.ts';

export function rulesOf(unique: Unique): ReadonlyMap<string, Rules> {
  return new Map<string, Rules>([
    ['load', load],
    ['split', split],
    ['augment', augment],
    ['prompt', prompt],
    ['fine-tune', fineTune],
    ['distill', distill],
    ['evaluate', evaluateRules(unique)],
    ['compare', compare],
    ['predict', predict],
  ]);
}

/**
 * Kinds that want what the world has not: pictures, a model beside a stream of labelled rows that it has not learnt, (`export`) models none of
 * which is `builtin:ngrams`, or (`pretrain`) an encoder to train and rows without a prompt.
 */
export const notGenerated: readonly string[] = ['adapt', 'export', 'meta-learn', 'pretrain'];

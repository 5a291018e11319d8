// The stage kinds and models that come with FSL. Together with a stage's own file, the only place that names a kind.
import { adapt } from './adapt.ts';
import { augment } from './augment.ts';
import { builtins } from './builtins.ts';
import { compare } from './compare.ts';
import { distill } from './distill.ts';
import { evaluate } from './evaluate.ts';
import { exportModel } from './export.ts';
import { fineTune } from './fine-tune.ts';
import { load } from './load.ts';
import { metaLearn } from './meta-learn.ts';
import { predict } from './predict.ts';
import { pretrain } from './pretrain.ts';
import { prompt } from './prompt.ts';
import { createRegistry, type Registry } from './registry.ts';
import { split } from './split.ts';
import { tune } from './tune.ts';

export function standardRegistry(): Registry {
  return createRegistry(
    [
      load,
      split,
      augment,
      prompt,
      fineTune,
      metaLearn,
      pretrain,
      distill,
      adapt,
      tune,
      evaluate,
      compare,
      predict,
      exportModel,
    ],
    builtins,
  );
}

// What is wrong with a search before anything runs. Pure.
import type { CheckContext, Objective } from './stage.ts';
import type { SearchMethod, Spaces } from './tune-search.ts';

interface TuneOptions {
  readonly search: Spaces | undefined;
  readonly method: SearchMethod;
  readonly maximize: Objective | undefined;
  readonly minimize: Objective | undefined;
  readonly folds: number | undefined;
}

/** Metrics of which less is better. */
const errors = ['ece', 'brier', 'nll', 'hamming_loss'];

export function checkTune(
  options: TuneOptions,
  { given, inputs, report }: Pick<CheckContext<never>, 'given' | 'inputs' | 'report'>,
): void {
  const { search = [], method, maximize, minimize, folds } = options;
  if (search.length === 0 && !given('search'))
    report('', {
      code: 'missing-option',
      message: '`tune` needs `search`',
      hint: 'add `search: { rate: log_uniform(1e-5, 1e-3) }`, and `search.rate` to a stage of the block',
    });
  if (!given('maximize') && !given('minimize'))
    report('', {
      code: 'missing-option',
      message: '`tune` needs `maximize` or `minimize`',
      hint: 'add `maximize: score.macro_f1`, where `score` is an `evaluate` of the block',
    });
  if (given('maximize') && given('minimize'))
    report('minimize', {
      code: 'option-without-effect',
      message: '`maximize` and `minimize` cannot both be what trials are chosen by',
      hint: 'remove one of them',
    });
  if (given('on') && given('folds'))
    report('folds', {
      code: 'option-without-effect',
      message: '`folds` and `on` cannot both be given: with `on`, `fold.validation` is those rows',
      hint: 'remove `folds` to choose with `on`, or `on` to choose by cross-validation in `from`',
    });
  if (given('on') && given('method') && method.name === 'halving')
    report('method', {
      code: 'option-without-effect',
      severity: 'warning',
      message: '`halving` drops trials fold by fold, and with `on` there is one',
      hint: 'write `random(trials: …)`, which does the same here, or leave `on` out',
    });
  const ranges = search.filter(([, space]) => space.space !== 'choice').map(([name]) => `\`${name}\``);
  if (method.name === 'grid' && ranges.length > 0)
    report('method', {
      code: 'wrong-type',
      message: `\`grid\` goes through every combination, and ${ranges.join(', ')} ${ranges.length === 1 ? 'is a range' : 'are ranges'}`,
      hint: 'write `choice(…)` with the values to try, or take `random(trials: 20)`',
    });
  for (const [name, objective, wrong] of [
    ['maximize', maximize, (metric: string) => errors.includes(metric)],
    ['minimize', minimize, (metric: string) => !errors.includes(metric)],
  ] as const)
    if (objective !== undefined && wrong(objective.metric))
      report(name, {
        code: 'wrong-direction',
        severity: 'warning',
        message: `\`${name}\` looks for the worst trial: of \`${objective.metric}\` ${name === 'maximize' ? 'less' : 'more'} is better`,
        hint: `write \`${name === 'maximize' ? 'minimize' : 'maximize'}\``,
      });
  const from = inputs.dataset('from');
  const few = from?.labels?.filter(({ rows }) => rows !== undefined && rows < 2) ?? [];
  if (!given('on') && from?.multi_label !== true && few.length > 0)
    report('from', {
      code: 'too-few-rows',
      message: `of ${few.map(({ name }) => `\`${name}\``).join(', ')} there are fewer than two rows, so a fold would leave none to learn from`,
      hint: 'bring more rows, or give rows to choose with by `on:`',
    });
  const total = from?.rows;
  if (folds !== undefined && total !== undefined && folds > total)
    report('folds', {
      code: 'too-few-rows',
      message: `${folds} folds were asked for, and there are ${total} rows`,
      hint: 'ask for fewer `folds`',
    });
}

// `fslrun predict`: labels for one's own texts.
import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { engineOptions, outputOptions, programOptions, wholeNumber } from '../options.ts';
import type { PredictFlags } from '../predict-labels.ts';

export function addPredict(program: Command, context: Context): void {
  const command = program
    .command('predict')
    .summary('labels for texts or pictures, by a model of a program')
    .description(
      'Labels texts with a fitted model and shows the training rows that are nearest to each; of a model of pictures, files of pictures; of a model of pairs, two texts for each pair. Without texts, reads one a line from the standard input, a pair with a tab between.',
    )
    .argument('<file>', 'the program')
    .argument('<stage>', 'a stage that gives a classifier; MODEL[KEY=VALUE] inside `each`')
    .argument('[texts...]', 'what to label: texts, or paths of pictures')
    .addOption(
      new Option('--top <n>', 'how many labels of each text').argParser(wholeNumber(1, 1000)).default(1),
    )
    .addOption(
      new Option('--neighbours <n>', 'how many of the nearest training rows')
        .argParser(wholeNumber(0, 100))
        .default(3),
    );
  outputOptions(engineOptions(programOptions(command)), ['text', 'json']).action(
    context.exits(async (file: string, stage: string, texts: readonly string[], flags: PredictFlags) => {
      const { predictLabels } = await import('../predict-labels.ts');
      return predictLabels(context, { file, stage, texts }, flags);
    }),
  );
}

// `fslrun serve`: a model over HTTP.
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { engineOptions, programOptions, wholeNumber } from '../options.ts';
import type { ServeFlags } from '../serve-model.ts';

export function addServe(program: Command, context: Context): void {
  const command = program
    .command('serve')
    .summary('a model of a program over HTTP')
    .description(
      'Loads a fitted model of texts once and answers `POST /predict` with what `fslrun predict --format json` says, `GET /health` and `GET /`, until Ctrl-C. Programs of this machine alone can ask, unless `--host` says otherwise. Where the model has been ready, Ctrl-C and SIGTERM end it with exit code 0 once what is being computed is answered.',
    )
    .argument('<file>', 'the program')
    .argument('<stage>', 'a stage that gives a classifier; MODEL[KEY=VALUE] inside `each`')
    .addOption(new Option('--host <address>', 'where it listens').default('127.0.0.1'))
    .addOption(
      new Option('--port <n>', 'on which port; 0 takes a free one and says which')
        .argParser(wholeNumber(0, 65535))
        .default(8080),
    )
    .addOption(
      new Option(
        '--cors <origin>',
        'web pages of this origin, such as https://example.org, may ask; * for all',
      ).argParser(origin),
    )
    .addOption(
      new Option('--top <n>', 'how many labels of each text, besides `scores`, which has all')
        .argParser(wholeNumber(1, 1000))
        .default(1),
    )
    .addOption(
      new Option(
        '--neighbours <n>',
        'how many of the nearest training rows; whoever asks can then read training rows',
      )
        .argParser(wholeNumber(0, 100))
        .default(0),
    )
    .option('--json', 'events as NDJSON on the standard output, also one a request; never a text')
    .option('--verbose', 'a line a request on the standard error output; never a text');
  engineOptions(programOptions(command)).action(
    context.exits(async (file: string, stage: string, flags: ServeFlags) => {
      const { serveFile } = await import('../serve-model.ts');
      return serveFile(context, { file, stage }, flags);
    }),
  );
}

/** As browsers write it. */
function origin(text: string): string {
  if (text === '*') return text;
  if (!URL.canParse(text) || new URL(text).origin !== text)
    throw new InvalidArgumentError('It is an origin such as https://example.org, without a path, or *.');
  return text;
}

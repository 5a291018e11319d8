// docs/cli.md: every command and flag, from what commander is told.
import type { Command } from 'commander';
import { page } from './page.ts';

export function commandPage(program: Command): string {
  const commands = program.commands.map((command) => {
    const args = command.registeredArguments.map((argument) => {
      const name = argument.variadic ? `${argument.name()}...` : argument.name();
      return argument.required ? `<${name}>` : `[${name}]`;
    });
    const described = command.registeredArguments.map(
      (argument) => `- \`${argument.name()}\`: ${argument.description}`,
    );
    const flags = command.options.map((option) => {
      const words =
        option.argChoices === undefined
          ? ''
          : `: ${option.argChoices.map((word) => `\`${word}\``).join(', ')}`;
      const fallback =
        typeof option.defaultValue === 'string' || typeof option.defaultValue === 'number'
          ? ` (default \`${option.defaultValue}\`)`
          : '';
      return `- \`${option.flags}\`: ${option.description}${words}${fallback}`;
    });
    return [
      `## fslrun ${[command.name(), ...args].join(' ')}`,
      command.description(),
      ...(described.length === 0 ? [] : [described.join('\n')]),
      ...(flags.length === 0 ? [] : [flags.join('\n')]),
    ].join('\n\n');
  });
  const exits = [
    '- 0: all done; of `serve`: stopped after it was ready, with what was being computed answered',
    '- 1: a stage failed, also with `--keep-going`; `show`, `predict` and `serve` need a stage that has not run; `serve` cannot load the model; or `fmt --check` names programs that are not formatted',
    '- 2: the program, the parameters or the command line are wrong; nothing ran',
    '- 3: everything ran, but a `require:` does not hold',
    '- 4: with `--detailed-exitcode`: something would run',
    '- 130: interrupted; finished work is kept; of `serve`: stopped before the model was ready, or by a second Ctrl-C',
  ];
  return page('The command', [
    'A first argument that is a file runs it: `fslrun FILE.fsl` is `fslrun run FILE.fsl`. Diagnostics go to the standard error output, results to the standard output. `NO_COLOR` and a pipe turn colour and live progress off.',
    ...commands,
    '## Exit codes',
    exits.join('\n'),
  ]);
}

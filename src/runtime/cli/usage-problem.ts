// A mistake in the command line that commander found, in the form and the words of all other diagnostics.
import type { Command, CommanderError } from 'commander';
import { diagnostic, type Diagnostic } from '../../parser/diagnostic.ts';
import { suggest } from '../../parser/suggest.ts';
import type { CommandLine } from './command-line.ts';

export function usageProblem(error: CommanderError, line: CommandLine, program: Command): Diagnostic {
  const command =
    program.commands.find((one) => line.args.includes(one.name())) ??
    program.commands.find((one) => one.name() === 'run');
  const flags = (command?.options ?? []).flatMap((option) => [option.long ?? '', option.short ?? '']);
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const word = quoted.split(/[ <[]/)[0] ?? '';
  const help = `\`fslrun ${command?.name() === 'run' ? '' : `${command?.name() ?? ''} `}--help\` shows what there is`;
  switch (error.code) {
    case 'commander.unknownOption':
      return problem(line, word, `there is no flag \`${word}\``, didYouMean(suggest(word, flags), help));
    case 'commander.unknownCommand':
      return unknownCommand(quoted, line, program);
    case 'commander.excessArguments':
      return problem(line, line.args.at(-1) ?? '', 'there are more arguments than the command takes', help);
    case 'commander.missingArgument':
      return problem(line, '', `\`${word}\` is missing`, help);
    case 'commander.optionMissingArgument':
      return problem(line, flagOf(quoted), `the flag \`${flagOf(quoted)}\` needs a value`, help);
    case 'commander.invalidArgument': {
      const { value, what, rest } = invalidValue(error.message);
      return problem(line, value, `\`${value}\` is not allowed ${what}`, lowerFirst(rest) || help);
    }
    default:
      return problem(line, '', error.message.replace(/^error: /, ''), help);
  }
}

export function unknownCommand(word: string, line: CommandLine, program: Command): Diagnostic {
  const names = program.commands.map((one) => one.name());
  const hint = didYouMean(suggest(word, names), '`fslrun --help` lists the commands');
  const help = line.args[0] === 'help';
  return problem(
    line,
    word,
    help ? `there is no command \`${word}\`` : `\`${word}\` is neither a file nor a command`,
    hint,
  );
}

function problem(line: CommandLine, word: string, message: string, hint: string): Diagnostic {
  return diagnostic({ code: 'command-line', message, span: line.spanOf(word), hint });
}

function didYouMean(near: string | undefined, otherwise: string): string {
  return near === undefined ? otherwise : `did you mean \`${near}\`?`;
}

/** `-o, --output <file>` -> `--output` */
function flagOf(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

/** Commander names the flag before its value, and an argument behind its value. */
function invalidValue(message: string): {
  readonly value: string;
  readonly what: string;
  readonly rest: string;
} {
  const flag = /option '([^']*)' argument '([^']*)' is invalid\.? ?(.*)$/s.exec(message);
  if (flag !== null) {
    const [, flags = '', value = '', rest = ''] = flag;
    return { value, what: `for \`${flagOf(flags)}\``, rest };
  }
  const [, value = '', name = '', rest = ''] =
    /argument value '([^']*)' is invalid for argument '([^']*)'\.? ?(.*)$/s.exec(message) ?? [];
  return { value, what: `as \`${name}\``, rest };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

// `fslrun completion`: a script for the shell, made from the declared commands and flags.
import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function addCompletion(program: Command, context: Context): void {
  program
    .command('completion')
    .summary('a completion script for the shell')
    .description(
      'Writes a completion script. For bash: `source <(fslrun completion bash)`; for zsh the same with `zsh`; for fish: `fslrun completion fish | source`.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action(
      context.exits(async (shell: Shell) => {
        context.host.stdout.write(completionScript(shell, program));
        return 0;
      }),
    );
}

interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly {
    readonly flag: string;
    readonly doc: string;
    readonly values: readonly string[];
  }[];
}

function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map((command): Completable => ({
    name: command.name(),
    summary: command.summary(),
    flags: command.options.map((option) => ({
      flag: option.long ?? option.short ?? '',
      doc: option.description,
      values: option.argChoices ?? [],
    })),
  }));
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
    default:
      return shell satisfies never;
  }
}

function bash(commands: readonly Completable[]): string {
  const flagsOf = ({ flags }: Completable): string => flags.map(({ flag }) => flag).join(' ');
  const run = commands.find(({ name }) => name === 'run');
  const values = new Map<string, Set<string>>();
  for (const { flag, values: words } of commands.flatMap(({ flags }) => flags))
    values.set(flag, new Set([...(values.get(flag) ?? []), ...words]));
  return `_fslrun() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" flags=""
  case "$before" in
${[...values]
  .filter(([, words]) => words.size > 0)
  .map(
    ([flag, words]) =>
      `    ${flag}) COMPREPLY=($(compgen -W "${[...words].join(' ')}" -- "$word")); return ;;`,
  )
  .join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${commands.map((command) => `    ${command.name}) flags="${flagsOf(command)}" ;;`).join('\n')}
    *) flags="${run === undefined ? '' : flagsOf(run)}" ;;
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags --help" -- "$word"))
  elif [[ $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W "${[...commands.map(({ name }) => name), 'help'].join(' ')}" -- "$word"))
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -X '!*.fsl' -- "$word") $(compgen -d -- "$word"))
  else
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _fslrun fslrun
`;
}

function fish(commands: readonly Completable[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const names = commands.map(({ name, summary }) => {
    return `complete -c fslrun -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`;
  });
  const flags = commands.flatMap(({ name, flags }) =>
    flags.map(({ flag, doc, values }) => {
      const words = values.length === 0 ? '' : ` -xa ${quoted(values.join(' '))}`;
      const where = name === 'run' ? '' : ` -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return `complete -c fslrun${where} -l ${flag.replace(/^--/, '')} -d ${quoted(doc)}${words}`;
    }),
  );
  return `${[...names, ...flags].join('\n')}\n`;
}

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
        const { templates } = await import('../templates.ts');
        const words = new Map([['init', templates().map(({ name }) => name)]]);
        context.host.stdout.write(completionScript(shell, completables(program, words)));
        return 0;
      }),
    );
}

interface Completable {
  readonly name: string;
  readonly summary: string;
  /** What its first argument may be; none where that is a file or anything else. */
  readonly words: readonly string[];
  readonly flags: readonly {
    readonly flag: string;
    readonly doc: string;
    readonly values: readonly string[];
  }[];
}

/** `words` by command, for arguments whose choices are not declared. */
function completables(
  program: Command,
  words: ReadonlyMap<string, readonly string[]>,
): readonly Completable[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    words: words.get(command.name()) ?? command.registeredArguments[0]?.argChoices ?? [],
    flags: command.options.map((option) => ({
      flag: option.long ?? option.short ?? '',
      doc: option.description,
      values: option.argChoices ?? [],
    })),
  }));
}

function completionScript(shell: Shell, commands: readonly Completable[]): string {
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
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" flags="" words=""
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
${commands.map((command) => `    ${command.name}) flags="${flagsOf(command)}" words="${command.words.join(' ')}" ;;`).join('\n')}
    *) flags="${run === undefined ? '' : flagsOf(run)}" ;;
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags --help" -- "$word"))
  elif [[ $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W "${[...commands.map(({ name }) => name), 'help'].join(' ')}" -- "$word"))
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -X '!*.fsl' -- "$word") $(compgen -d -- "$word"))
  elif [[ $COMP_CWORD == 2 && -n "$words" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
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
  const words = commands
    .filter((command) => command.words.length > 0)
    .map((command) => {
      const where = quoted(`__fish_seen_subcommand_from ${command.name}`);
      return `complete -c fslrun -n ${where} -a ${quoted(command.words.join(' '))}`;
    });
  return `${[...names, ...words, ...flags].join('\n')}\n`;
}

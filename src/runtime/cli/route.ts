// Which command the arguments mean: a first argument that is a file runs it; otherwise it is a command.

export interface Routing {
  readonly commands: readonly string[];
  readonly isFile: (path: string) => boolean;
}

/** The arguments with the command in front. What is neither a file nor a command is left for the error message. */
export function route(args: readonly string[], { commands, isFile }: Routing): readonly string[] {
  const plain = forceBehindFile(args);
  const [first] = plain;
  if (first === undefined) return plain;
  if (isFile(first)) return ['run', ...plain];
  if (commands.includes(first)) return plain;
  if (looksLikeFile(first)) return ['run', ...plain];
  if (!first.startsWith('-')) return plain;
  return plain.some((arg) => looksLikeFile(arg) && !arg.startsWith('-')) ? ['run', ...plain] : plain;
}

export function looksLikeFile(arg: string): boolean {
  return arg.endsWith('.fsl');
}

/** `--force FILE.fsl` forces everything in the file: a program is never the name of a stage. */
function forceBehindFile(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--force');
  const next = args[at + 1];
  if (at === -1 || next === undefined || !looksLikeFile(next)) return args;
  return [...args.slice(0, at), ...args.slice(at + 1), '--force'];
}

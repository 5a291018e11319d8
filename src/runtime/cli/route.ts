// Which command the arguments mean: a first argument that is a file runs it; otherwise it is a command.

export interface Routing {
  readonly commands: readonly string[];
  readonly isFile: (path: string) => boolean;
}

export type Route =
  | { readonly state: 'known'; /** With the command in front. */ readonly args: readonly string[] }
  /** The first word is neither a file nor a command. */
  | { readonly state: 'unknown'; readonly word: string };

export function route(args: readonly string[], { commands, isFile }: Routing): Route {
  const plain = forceBehindFile(args);
  const known = (routed: readonly string[]): Route => ({ state: 'known', args: routed });
  const [first] = plain;
  if (first === undefined) return known(plain);
  if (isFile(first)) return known(['run', ...plain]);
  if (commands.includes(first)) return known(plain);
  if (looksLikeFile(first)) return known(['run', ...plain]);
  if (!first.startsWith('-')) return { state: 'unknown', word: first };
  return known(plain.some((arg) => looksLikeFile(arg) && !arg.startsWith('-')) ? ['run', ...plain] : plain);
}

function looksLikeFile(arg: string): boolean {
  return arg.endsWith('.fsl');
}

/** `--force FILE.fsl` forces everything in the file: a program is never the name of a stage. */
function forceBehindFile(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--force');
  const next = args[at + 1];
  if (at === -1 || next === undefined || !looksLikeFile(next)) return args;
  return [...args.slice(0, at), ...args.slice(at + 1), '--force'];
}

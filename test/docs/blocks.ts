// The fenced blocks of a Markdown page, and the commands with their outputs that a `console` block shows. Runs nothing.

export interface Block {
  /** The first word behind the fence; empty where there is none. */
  readonly language: string;
  /** The words behind the language: `part`, `not-run`, `slow`, `exit=2`, or the name of a file. */
  readonly words: readonly string[];
  readonly text: string;
  /** Of the fence, from 1. */
  readonly line: number;
}

export function blocksOf(markdown: string): readonly Block[] {
  const found: Block[] = [];
  let open:
    { fence: string; language: string; words: readonly string[]; line: number; text: string[] } | undefined;
  for (const [i, line] of markdown.split('\n').entries()) {
    const [, fence = '', info = ''] = /^(`{3,})\s*(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence === '') continue;
      const [language = '', ...words] = info.trim().split(/\s+/);
      open = { fence, language, words, line: i + 1, text: [] };
    } else if (fence === open.fence && info === '') {
      found.push({ ...open, text: open.text.map((one) => `${one}\n`).join('') });
      open = undefined;
    } else open.text.push(line);
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`);
  return found;
}

export interface Shown {
  /** May have several lines, each but the last with `\` at its end. */
  readonly command: string;
  /** What is shown below it, up to the next command. */
  readonly output: string;
}

/** `$ COMMAND`, then what it prints. */
export function shownCommands(text: string): readonly Shown[] {
  const shown: { command: string[]; output: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const last = shown.at(-1);
    if (line.startsWith('$ ')) shown.push({ command: [line.slice(2)], output: [] });
    else if (last === undefined)
      throw new Error(`a console block begins with \`$ COMMAND\`, not with ${line}`);
    else if (last.output.length === 0 && last.command.at(-1)?.endsWith('\\') === true)
      last.command.push(line);
    else last.output.push(line);
  }
  return shown.map(({ command, output }) => ({ command: command.join('\n'), output: output.join('\n') }));
}

// Where a result goes: the standard output, or the file of `-o`.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usage, type Context } from './context.ts';

export function writeResult(context: Context, text: string, file: string | undefined): void {
  if (file === undefined) {
    context.host.stdout.write(text);
    return;
  }
  try {
    writeFileSync(resolve(context.host.cwd, file), text);
  } catch (error) {
    throw usage(context, file, {
      code: 'unreadable-file',
      message: `\`${file}\` cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'give another file with `-o`',
    });
  }
}

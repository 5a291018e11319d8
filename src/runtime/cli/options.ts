// Flags that several commands share, each said once.
import { InvalidArgumentError, Option, type Command } from 'commander';

export interface ColourFlags {
  readonly color: boolean;
}

export interface ProgramFlags extends ColourFlags {
  readonly set: readonly string[];
  /** Files of parameters; a later one goes before an earlier one. */
  readonly params: readonly string[];
  /** Folders outside the project that `import` and `read` may read. */
  readonly allowRead: readonly string[];
  readonly store?: string;
  /** Whether models may only come from the cache. */
  readonly offline?: boolean;
}

export interface EngineFlags {
  readonly device?: 'auto' | 'cpu' | 'gpu';
  readonly backend: 'onnx' | 'tensorflow' | 'reference';
}

export interface OutputFlags<F extends string> {
  readonly format: F;
  readonly output?: string;
}

export const drawingFormats = ['text', 'json', 'dot', 'mermaid', 'svg', 'html'] as const;
export type DrawingFormat = (typeof drawingFormats)[number];

export function colourOption(command: Command): Command {
  return command.option('--no-color', 'no colour and no live progress; so do NO_COLOR and a pipe');
}

/** What it takes to know a program: its parameters, and the store that answers from earlier runs. */
export function programOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return colourOption(storeOption(command))
    .option(
      '--set <name=value>',
      'a parameter of the program; values as in the language, a bare word is a text; may be repeated',
      collect,
      [],
    )
    .option(
      '--params <file>',
      'parameters from a YAML or JSON file; `--set` goes before it; may be repeated',
      collect,
      [],
    )
    .option(
      '--allow-read <dir>',
      'a folder outside the project that `import` and `read` may read; may be repeated',
      collect,
      [],
    );
}

export function storeOption(command: Command): Command {
  return command.option(
    '--store <dir>',
    'where results are kept; else FSL_STORE, else .fsl beside the nearest package.json or .git at or above the program',
  );
}

export function offlineOption(command: Command): Command {
  return command.option(
    '--offline',
    'never use the network: models of the hub come from the cache, or not at all',
  );
}

export function engineOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--device <device>', 'where tensors are computed; else what each stage says').choices([
        'auto',
        'cpu',
        'gpu',
      ]),
    )
    .addOption(
      new Option('--backend <backend>', 'what computes them')
        .choices(['onnx', 'tensorflow', 'reference'])
        .default('onnx'),
    );
}

export function outputOptions(command: Command, formats: readonly string[]): Command {
  return command
    .addOption(new Option('--format <format>', 'how it is written').choices(formats).default('text'))
    .option('-o, --output <file>', 'write to a file instead of the standard output');
}

/** Reads the value of a flag that takes a whole number. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };
}

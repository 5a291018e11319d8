// docs/kernels.md as the rules say it.
import { kernelRules } from '../../src/engine/kernels/table.ts';

const types = ['float32', 'int32', 'bool'] as const;

export function kernelTable(): string {
  const head = ['kernel', 'input', ...types];
  const rows = kernelRules.flatMap(({ kernel, inputs }) => {
    const entries = Object.entries(inputs);
    if (entries.length === 0) return [[`\`${kernel}\``, 'none', '', '', '']];
    return entries.map(([input, allowed]) => [
      `\`${kernel}\``,
      `\`${input}\``,
      ...types.map((type) => (allowed.includes(type) ? 'forward' : '')),
    ]);
  });
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [
    '# Kernels of the backend `onnx`',
    '',
    'Which of TensorFlow.js’s kernels the recording backend has, and for which types of which input. Each entry is checked against',
    'TensorFlow.js’s own CPU backend; a kernel or type that is not listed is refused by name. Written by `test/engine/kernels.test.ts`.',
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
  ].join('\n');
}

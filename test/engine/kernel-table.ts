// docs/kernels.md as the rules say it, and the cases of gradients.
import { kernelRules } from '../../src/engine/kernels/table.ts';
import { gradientCases } from './gradient-cases.ts';

const types = ['float32', 'int32', 'bool'] as const;

export function kernelTable(): string {
  const head = ['kernel', 'input', ...types];
  const rows = kernelRules.flatMap(({ kernel, inputs }) => {
    const entries = Object.entries(inputs);
    if (entries.length === 0) return [[`\`${kernel}\``, 'none', '', '', '']];
    return entries.map(([input, allowed]) => [
      `\`${kernel}\``,
      `\`${input}\``,
      ...types.map((type) => cell(kernel, input, type, allowed)),
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
    'TensorFlow.js’s own CPU backend; a kernel or type that is not listed is refused by name. `backward` says that first and second derivatives',
    'by this input are checked against differences. Written by `test/engine/kernels.test.ts`.',
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
  ].join('\n');
}

function cell(kernel: string, input: string, type: string, allowed: readonly string[]): string {
  if (!allowed.includes(type)) return '';
  const backward =
    type === 'float32' && gradientCases.some((test) => test.kernel === kernel && test.inputs.includes(input));
  return backward ? 'forward, backward' : 'forward';
}

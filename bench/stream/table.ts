// Tables as Markdown, and figures over seeds.

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  console.log(`\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`);
}

/** Mean and range. */
export function spread(values: readonly number[], digits = 1, unit = ''): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const range = values.length > 1 ? ` (${least.toFixed(digits)} … ${most.toFixed(digits)})` : '';
  return `${mean.toFixed(digits)}${unit}${range}`;
}

/** As they are, in order. */
export function listed(values: readonly (number | undefined)[]): string {
  const inOrder = [...values].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  return inOrder.map((value) => value ?? 'none').join(', ');
}

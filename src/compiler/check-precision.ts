// Stages inside a step compute in its process, and a process computes with one precision.
import type { Diagnostics } from '../parser/diagnostic.ts';
import { hasPrecision } from '../stages/precision.ts';
import type { ResolvedStep } from './resolve-steps.ts';

export function checkPrecision({ block, places, span }: ResolvedStep, diagnostics: Diagnostics): void {
  const training = (block?.stages ?? []).flatMap(({ name, definition, options }, position) =>
    hasPrecision(definition)
      ? [
          {
            name,
            given: options['precision'] ?? 'fp32',
            place: places[`${position}.precision`] ?? places[`${position}`] ?? span,
          },
        ]
      : [],
  );
  const other = training.find(({ given }) => given === 'fp32');
  for (const { given, place } of training) {
    if (typeof given === 'object')
      diagnostics.add({
        code: 'option-without-effect',
        message:
          '`precision` cannot be searched for: all trials compute in one process, which has one precision',
        span: place,
        hint: 'write `precision: mixed` in all stages of the block that train, or leave it out',
      });
    else if (given === 'mixed' && other !== undefined)
      diagnostics.add({
        code: 'option-without-effect',
        message: `\`precision: mixed\` is not what \`${other.name}\` says, and all stages of a block compute in one process, which has one precision`,
        span: place,
        hint: `add \`precision: mixed\` to \`${other.name}\`, or leave it out everywhere`,
      });
  }
}

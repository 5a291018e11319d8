// Why a step runs, or is not what it was in another run, in one line for people. Pure.
import type { Json } from '../../stages/value.ts';
import { canonicalJson } from '../canonical.ts';
import { removalOf } from '../gc/removed-results.ts';
import type { Reason } from '../plan.ts';
import { changeText } from './change-text.ts';
import { bytes, dateText } from './quantity.ts';

/** `epochs 1 -> 3 at sentiment.fsl:31:18`; reasons are joined with `; `. `more`: how many steps it waits for besides the one named. */
export function whyText(reasons: readonly Reason[], more = 0): string {
  const texts = reasons.map((reason) => {
    const text = reasonText(reason);
    return reason.code === 'upstream_runs' && more > 0 ? `${text} and ${more} more` : text;
  });
  return texts.join('; ');
}

function reasonText(reason: Reason): string {
  const { code, path = '', before, after, file } = reason;
  switch (code) {
    case 'never_ran':
      return 'never ran';
    case 'option_changed':
      // Of calls that name other models the sides may be the same: a plan has no names of theirs.
      return canonicalJson(before ?? null) === canonicalJson(after ?? null)
        ? `\`${path}\` changed${at(reason)}`
        : `\`${path}\` ${changeText(before as Json | undefined, after as Json | undefined)}${at(reason)}`; // resolved values
    case 'stage_changed':
      return typeof before === 'string'
        ? `is \`${path}\`, and was \`${before}\``
        : `the stage \`${path}\` has another version (${short(before)} -> ${short(after)})`;
    case 'environment_changed':
      return `the ${path === 'numerics' ? 'numbers of the engine have' : 'form of stored results has'} another version (${short(before)} -> ${short(after)})`;
    case 'input_changed':
      return file === undefined ? `the input \`${path}\` changed` : `\`${file}\` changed`;
    case 'input_missing':
      return file?.startsWith('hf:') === true
        ? `\`${file}\` is to be downloaded${typeof after === 'number' ? ` (${bytes(after)})` : ''}`
        : `\`${file ?? path}\` is not there`;
    case 'upstream_runs':
      return `waits for \`${path}\``;
    case 'device_changed':
      return `device ${short(before)} -> ${short(after)}`;
    case 'output_missing':
      return missingText(reason);
    case 'output_corrupt':
      return `the stored result is damaged (\`${path}\`)`;
    case 'forced':
      return 'forced';
    case 'previous_failed':
      return 'failed last time';
    case 'not_cached':
      return '`cache: false`';
    default:
      return code satisfies never;
  }
}

function missingText(reason: Reason): string {
  const removal = removalOf(reason);
  if (removal === undefined) return `the result is not in the store any more (\`${reason.path}\`)`;
  return `removed by \`fslrun gc\` on ${dateText(removal.time)}, to be made again`;
}

function at({ file, line, column }: Reason): string {
  return file === undefined ? '' : ` at ${file}:${line}:${column}`;
}

function short(value: unknown): string {
  if (value === undefined) return 'not given';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

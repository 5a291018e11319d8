// What `fslrun gc --json` writes: everything that was removed, or would be, on its own. Pure.
import { bytesOfRemoval, type Removal } from '../gc/choose.ts';
import type { Uses } from '../gc/last-uses.ts';
import type { GcReport } from './gc-text.ts';

export function gcJson({ store, dryRun, limits, outcome }: GcReport): string {
  const asked = { version: 1, store, dry_run: dryRun };
  if (typeof outcome === 'string') {
    const interrupted = outcome === 'interrupted';
    return text({ ...asked, size: 0, freed: 0, left: 0, removed: [], interrupted });
  }
  const { inventory, choice, removed, uses } = outcome;
  const left = removed === undefined ? choice.left : inventory.size - removed.bytes;
  return text({
    ...asked,
    size: inventory.size,
    freed: inventory.size - left,
    left,
    ...(limits.maxSize === undefined ? {} : { over: Math.max(0, left - limits.maxSize) }),
    removed: (removed?.done ?? choice.removals).map((removal) => removalJson(removal, uses)),
    stays: choice.stays,
    spared: removed?.spared.length ?? 0,
    failed: removed?.failed ?? [],
    foreign: inventory.foreign,
    interrupted: removed?.interrupted ?? false,
  });
}

function removalJson(removal: Removal, { names }: Uses): Readonly<Record<string, unknown>> {
  const sizes = { why: removal.why, bytes: bytesOfRemoval(removal) };
  switch (removal.type) {
    case 'loose':
      return { what: removal.item.kind, ...sizes, path: removal.item.path };
    case 'object':
      return { what: 'object', ...sizes, digest: removal.digest };
    case 'record':
      return { what: 'record', ...sizes, key: removal.key };
    case 'result': {
      const { key, kind, seconds } = removal.result;
      return { what: 'result', ...sizes, key, kind, ...names.get(key), used: removal.used, seconds };
    }
    default:
      return removal satisfies never;
  }
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

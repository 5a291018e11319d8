// Facts for programs whose files are not there: nothing is known of what they hold.
import type { Facts } from '../../src/stages/facts.ts';

export const nothingKnown: Facts = {
  files: (pattern) => ({ state: 'known', value: matching(pattern) }),
  table: () => ({ state: 'unknown' }),
  json: () => ({ state: 'unknown' }),
  source: () => ({ state: 'unknown' }),
  env: () => undefined,
  modelFolder: () => ({ state: 'unknown' }),
  hubModel: ({ repository }) => ({ state: 'known', value: { path: `/hub/${repository}`, ready: false } }),
};

/** Twenty files in each of six folders, where the pattern leaves both open; a path without an ending is a folder of such folders. */
function matching(pattern: string): readonly string[] {
  const names = Array.from({ length: 20 }, (_, i) => String(i));
  const [first = '', second, last] = pattern.split('*');
  if (second === undefined) return /\.\w+$/.test(pattern) ? [pattern] : matching(`${pattern}/*/*.png`);
  if (last === undefined) return names.map((name) => `${first}${name}${second}`);
  return [...'abcdef'].flatMap((folder) => names.map((name) => `${first}${folder}${second}${name}${last}`));
}

// The flags without which a suggested command would mean another program or another store.
import { shellWord } from '../report/shell-word.ts';
import type { ProgramFlags } from './options.ts';

/** `` --set shots=5 --store here``, with a space in front; empty where none was given. */
export function repeatedFlags({
  params,
  set,
  allowRead,
  store,
}: Pick<ProgramFlags, 'params' | 'set' | 'allowRead' | 'store'>): string {
  const given = [
    ...params.flatMap((file) => ['--params', file]),
    ...set.flatMap((value) => ['--set', value]),
    ...allowRead.flatMap((folder) => ['--allow-read', folder]),
    ...(store === undefined ? [] : ['--store', store]),
  ];
  return given.map((word) => ` ${shellWord(word)}`).join('');
}

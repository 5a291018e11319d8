// The flags without which a suggested command would mean another program or another store.
import { shellWord } from '../report/shell-word.ts';
import type { ProgramFlags } from './options.ts';

/** `` --set shots=5 --store here``, with a space in front; empty where none was given. */
export function repeatedFlags({ set, store }: Pick<ProgramFlags, 'set' | 'store'>): string {
  const given = [
    ...set.flatMap((value) => ['--set', value]),
    ...(store === undefined ? [] : ['--store', store]),
  ];
  return given.map((word) => ` ${shellWord(word)}`).join('');
}

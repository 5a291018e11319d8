// Every word that means something somewhere and may name anything all the same: kinds, options, their words and calls, arguments,
// metrics, functions, types, parts, and the contextual words of the grammar.
import { functionNames } from '../../src/compiler/functions.ts';
import { commonOptions } from '../../src/stages/common-options.ts';
import { reportNames } from '../../src/stages/metric-words.ts';
import type { OptionKind, Options } from '../../src/stages/option.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';

const contextual = [
  'fsl',
  'param',
  'let',
  'import',
  'use',
  'as',
  'each',
  'in',
  'when',
  'defaults',
  'target',
  'per',
  'label',
  'rest',
  'by',
  'at',
  'sd',
  'fold',
  'search',
  'test',
  'model',
  'head',
  'auto',
  'list',
  'int',
  'path',
  'share',
  'rows',
  'key',
  'env',
  'secret',
  'read',
];

export function meaningfulWords(): readonly string[] {
  const words = new Set([...contextual, ...functionNames, ...reportNames]);
  const addOptions = (options: Options): void => {
    for (const [name, option] of Object.entries(options)) {
      words.add(name);
      addKind(option.kind);
    }
  };
  const addKind = (kind: OptionKind): void => {
    if (kind.type === 'word') for (const word of Object.keys(kind.words)) words.add(word);
    if (kind.type === 'list' || kind.type === 'map') addKind(kind.of);
    if (kind.type === 'either') kind.kinds.forEach(addKind);
    if (kind.type === 'record') addOptions(kind.fields);
    if (kind.type !== 'call') return;
    for (const [name, { arguments: args }] of Object.entries(kind.calls)) {
      words.add(name);
      addOptions(args);
    }
  };
  addOptions(commonOptions);
  for (const { name, options, inputs, outputs } of standardRegistry().kinds) {
    for (const word of [name, ...Object.keys(inputs), ...Object.keys(outputs)]) words.add(word);
    addOptions(options);
  }
  words.delete('');
  return [...words];
}

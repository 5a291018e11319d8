// The words that options of any stage know: where no option has read a bare name yet, it may be one of these.
import { commonOptions } from '../stages/common-options.ts';
import type { OptionKind, Options } from '../stages/option.ts';
import type { Registry } from '../stages/registry.ts';

const known = new WeakMap<Registry, ReadonlySet<string>>();

export function optionWords(registry: Registry): ReadonlySet<string> {
  let words = known.get(registry);
  if (words === undefined) known.set(registry, (words = findWords(registry)));
  return words;
}

function findWords(registry: Registry): ReadonlySet<string> {
  const words = new Set<string>();
  const addOptions = (options: Options): void => {
    for (const { kind } of Object.values(options)) addKind(kind);
  };
  const addKind = (kind: OptionKind): void => {
    switch (kind.type) {
      case 'word':
        for (const word of Object.keys(kind.words)) words.add(word);
        break;
      case 'call':
        for (const [name, { arguments: args }] of Object.entries(kind.calls)) {
          words.add(name);
          addOptions(args);
        }
        break;
      case 'count':
        words.add('rest');
        break;
      case 'list':
      case 'map':
        addKind(kind.of);
        break;
      case 'either':
        kind.kinds.forEach(addKind);
        break;
      case 'record':
        addOptions(kind.fields);
        break;
      default:
        break;
    }
  };
  addOptions(commonOptions);
  for (const { options } of registry.kinds) addOptions(options);
  return words;
}

// The words that only mean something inside a block (`search`, `fold`), where somebody wrote one of them elsewhere.
import type { Program, Scope } from './program.ts';

/** What to say of a name that nothing declares; nothing where it is no such word. */
export function blockWordHint(name: string, scope: Scope, program: Program): string | undefined {
  const { block } = scope;
  if (block !== undefined && name === block.declaration.search)
    return `\`${name}.NAME\` is the whole value of an option or argument: nothing can be computed with it before the search`;
  if (block !== undefined && name === block.declaration.folds)
    return `\`${name}\` is data, for inputs such as \`from:\` and \`on:\``;
  const kinds = program.registry.kinds.filter(
    (kind) => kind.block?.search === name || kind.block?.folds === name,
  );
  const [kind] = kinds;
  return kind === undefined ? undefined : `\`${name}\` exists only in the stages inside a \`${kind.name}\``;
}

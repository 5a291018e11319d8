// docs/stages.md: every stage kind, from its declaration.
import { commonOptions } from '../../src/stages/common-options.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { explainKind, firstSentence } from '../../src/runtime/report/explain.ts';
import { optionEntry } from '../../src/runtime/report/explain-option.ts';
import { page } from './page.ts';

export function stagesPage(): string {
  const registry = standardRegistry();
  const overview = registry.kinds.map(({ name, doc }) => `- [\`${name}\`](#${name}): ${firstSentence(doc)}`);
  const kinds = registry.kinds.map((kind) => explainKind(kind).replace(/^(#+) /gm, '#$1 '));
  const models = registry.builtins.map(
    ({ name, capability, doc }) => `- \`"builtin:${name}"\` (${capability}): ${doc}`,
  );
  const common = Object.entries(commonOptions).map(([name, option]) => optionEntry(name, option));
  return page('Stages', [
    'Every stage kind with its inputs, results and options. `fslrun explain KIND.OPTION` shows the words and calls of an option.',
    overview.join('\n'),
    ...kinds.map((text) => text.trimEnd()),
    '## Options of every stage',
    common.join('\n'),
    '## Built-in models',
    models.join('\n'),
  ]);
}

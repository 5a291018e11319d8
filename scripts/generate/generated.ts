// Everything that is generated, by path from the root of the repository: the only list of it.
import { createCommands } from '../../src/runtime/cli/commands.ts';
import { createContext } from '../../src/runtime/cli/context.ts';
import { nodeProcess } from '../../src/runtime/cli/node-host.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { codeExamplesModule, readCodeExamples } from './code-examples.ts';
import { commandPage } from './command-page.ts';
import { diagrams } from './diagrams.ts';
import { ebnf } from './ebnf.ts';
import { errorsPage } from './errors-page.ts';
import { eventsPage } from './events-page.ts';
import { languagePage } from './language-page.ts';
import { stagesPage } from './stages-page.ts';
import { textMate } from './text-mate.ts';

/** `root`: absolute path of the repository. */
export function generated(root: string): Readonly<Record<string, string>> {
  const examples = readCodeExamples(root);
  const commands = createCommands(createContext([], nodeProcess().host).context);
  return {
    'grammar/fsl.ebnf': ebnf(),
    'grammar/diagrams.html': diagrams(),
    'grammar/fsl.tmLanguage.json': textMate(standardRegistry()),
    'docs/language.md': languagePage(root),
    'docs/stages.md': stagesPage(),
    'docs/errors.md': errorsPage(root, examples),
    'docs/cli.md': commandPage(commands),
    'docs/events.md': eventsPage(),
    'src/runtime/report/code-examples.ts': codeExamplesModule(examples),
  };
}

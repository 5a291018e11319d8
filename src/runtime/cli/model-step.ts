// The one classifier that a command is to use, as a person names it, with its stored result.
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { Static } from '../../stages/artifact.ts';
import { partLabel } from '../part-names.ts';
import { shellWord } from '../report/shell-word.ts';
import { usage, type Context } from './context.ts';
import type { OpenProgram } from './open-program.ts';
import type { ProgramFlags } from './options.ts';
import { repeatedFlags } from './repeated-flags.ts';
import { namedSteps, notRun, storedSteps, type StoredStep } from './stored-step.ts';

export type StoredModel = StoredStep & { readonly part: string };

/** More classifiers than this are not named in a message. */
const mostListed = 12;

/** `problems` where it has not been made yet. Throws `Failure` where the name means no classifier, or several. */
export function storedModel(
  context: Context,
  open: OpenProgram,
  request: { readonly file: string; readonly stage: string },
  flags: ProgramFlags,
): StoredModel | { readonly problems: readonly Diagnostic[] } {
  const model = modelStep(context, open, request.stage);
  const { steps, missing } = storedSteps(open, [model.step]);
  const [stored] = steps;
  const [first] = missing;
  if (stored !== undefined) return { ...stored, part: model.part };
  if (first === undefined) throw new Error(`${model.step} is no step`);
  const command = `fslrun ${shellWord(request.file)} ${shellWord(model.step)}${repeatedFlags(flags)}`;
  return { problems: notRun(context, request.stage, first, command).diagnostics };
}

/** The one step that is meant, and the part that is the classifier. Throws `Failure` where it is several, or gives none. */
function modelStep(
  context: Context,
  open: OpenProgram,
  name: string,
): { readonly step: string; readonly part: string } {
  const { ids, part = '' } = namedSteps(context, open, name);
  const [id = '', ...others] = ids;
  const { steps } = open.pipeline;
  const output = steps.find((step) => step.id === id)?.outputs[part];
  if (!isClassifier(output)) {
    const models = steps.flatMap((step) =>
      Object.entries(step.outputs).flatMap(([one, known]) =>
        isClassifier(known) ? [`\`${partLabel(step, one)}\``] : [],
      ),
    );
    const more = models.length > mostListed ? ' and more' : '';
    throw usage(context, name, {
      code: output?.type === 'model' ? 'needs-classifier' : 'wrong-artifact',
      message: `\`${name}\` is no classifier, but ${output === undefined ? 'has several parts' : `a ${output.type}`}`,
      hint:
        models.length === 0
          ? 'the program has no classifier; a `fine-tune` gives one'
          : `its classifiers are ${models.slice(0, mostListed).join(', ')}${more}`,
    });
  }
  if (others.length > 0)
    throw usage(context, name, {
      code: 'list-expected-one',
      message: `\`${name}\` is ${ids.length} models, and one is needed`,
      hint: `name one of them, such as \`${id}\``,
    });
  return { step: id, part };
}

function isClassifier(output: Static | undefined): boolean {
  return output?.type === 'model' && output.capability === 'classifier';
}

// Options of `prompt` that contradict each other or the rows, told before anything runs.
import type { StaticDataset } from './artifact.ts';
import type { Finding } from './load-columns.ts';
import { tooFewDemonstrations } from './prompt-demonstrations.ts';
import type { PromptOptions } from './prompt-options.ts';

/** Options that others make idle, or that contradict each other. */
export function idleOptions(given: PromptOptions, isGiven: (option: string) => boolean): readonly Finding[] {
  const mask = given.template.some((written) => /\{\s*mask\s*\}/.test(written));
  const byText = given.label_template !== undefined;
  const idle = (at: string, message: string, hint: string): Finding => ({
    at,
    problem: { code: 'option-without-effect', message, hint },
  });
  const findings: Finding[] = [];
  if (mask && byText)
    findings.push(
      idle(
        'label_template',
        '`{mask}` asks for the word of a label, and `label_template` makes texts of labels: one of them',
        'leave out `label_template` for a masked language model, or `{mask}` for a sentence encoder',
      ),
    );
  if (!mask && !byText && given.verbalizer !== undefined)
    findings.push(
      idle(
        'verbalizer',
        'nothing uses the words: the template has no `{mask}`, and there is no `label_template`',
        'add one of them, or remove `verbalizer`',
      ),
    );
  if (!mask && given.calibrate)
    findings.push(
      idle(
        'calibrate',
        '`calibrate` corrects the scores of words, and the template has no `{mask}`',
        'remove `calibrate`',
      ),
    );
  if (given.demonstrations === undefined && isGiven('select'))
    findings.push(
      idle(
        'select',
        '`select` chooses demonstrations, and there are none',
        'add `demonstrations: 2 per label`, or remove `select`',
      ),
    );
  if (given.demonstrations !== undefined && !mask && !byText)
    findings.push(
      idle(
        'demonstrations',
        'a demonstration shows a row with its label, and there is no place for the label',
        'add `{mask}` to the template, where its word will stand, or a `label_template`, which will stand behind the row',
      ),
    );
  return findings;
}

export function demonstrationFindings(
  given: PromptOptions,
  from: StaticDataset | undefined,
): readonly Finding[] {
  const { demonstrations } = given;
  if (demonstrations === undefined) return [];
  const at = 'demonstrations';
  if (demonstrations === 'rest' || !('per_label' in demonstrations))
    return [
      {
        at,
        problem: {
          code: 'wrong-type',
          message: 'demonstrations are drawn by label',
          hint: 'write `demonstrations: 2 per label`',
        },
      },
    ];
  if (from?.labelled === false)
    return [
      {
        at,
        problem: {
          code: 'needs-labels',
          message: 'a demonstration shows a row with its label, and these rows have none',
          hint: 'use a labelled part, such as `.train`',
        },
      },
    ];
  if (from?.partition === 'test')
    return [
      {
        at,
        problem: {
          code: 'leakage',
          message: 'demonstrations are what a model learns from, and these rows are for the test',
          hint: 'prompt the train part; the model applies the prompt to the test rows itself',
        },
      },
    ];
  const { per_label: shown } = demonstrations;
  const short = from?.labels?.filter(({ rows }) => rows !== undefined && rows <= shown) ?? [];
  if (short.length === 0) return [];
  const names = short.map(({ name }) => name);
  return [{ at, problem: tooFewDemonstrations(names, shown) }];
}

// What the runtime itself has to say about a step that failed, and the places a stage could not know.
import type { CheckedStep } from '../compiler/pipeline.ts';
import { diagnostic, type Diagnostic } from '../parser/diagnostic.ts';
import type { Span } from '../parser/source.ts';
import { stepPlace } from '../stages/step-failure.ts';
import type { RunSettings } from './run-settings.ts';

/** Puts the program's place in, where the stage could only name the option or input. */
export function placed(problem: Diagnostic, step: CheckedStep): Diagnostic {
  const place = (span: Span): Span => {
    const at = stepPlace(span.source.path);
    return at === undefined ? span : (step.places[at] ?? step.span);
  };
  const notes = problem.notes.map((note) => ({ ...note, span: place(note.span) }));
  return { ...problem, span: place(problem.span), notes };
}

export function missingFile(
  step: CheckedStep,
  missing: { readonly input: string; readonly path: string; readonly error: string },
  { show }: Pick<RunSettings, 'show'>,
): Diagnostic {
  const gone = missing.error === 'ENOENT';
  return diagnostic({
    code: gone ? 'missing-file' : 'unreadable-file',
    message: gone
      ? `the file \`${show(missing.path)}\` is not there`
      : `the file \`${show(missing.path)}\` cannot be read: ${missing.error}`,
    span: step.places[missing.input] ?? step.span,
    hint: 'paths in a program are relative to the program',
  });
}

export function changedDuringRun(
  step: CheckedStep,
  input: string,
  { show }: Pick<RunSettings, 'show'>,
): Diagnostic {
  const read = step.inputs[input];
  const what =
    read?.from === 'files' && read.paths.length === 1
      ? `the file \`${show(read.paths[0] ?? '')}\``
      : read?.from === 'folder'
        ? `the folder \`${show(read.path)}\``
        : `\`${input}\``;
  return diagnostic({
    code: 'changed-during-run',
    message: `${what} changed while \`${step.id}\` ran, so the result was dropped`,
    span: step.places[input] ?? step.span,
    hint: 'run again once nothing writes to it any more',
  });
}

export function died(
  step: CheckedStep,
  { how, last }: { readonly how: string; readonly last: string },
  device: 'cpu' | 'gpu',
  checkpoint: boolean,
): Diagnostic {
  const kept = `finished steps are kept${checkpoint ? ', and this one goes on from its checkpoint' : ''}`;
  return diagnostic({
    code: 'worker-died',
    message: `the process that ran \`${step.id}\` ${how}${last === '' ? '' : `; it printed at the end: ${last}`}`,
    span: step.span,
    hint: `${adviceAfter(how, device)}; ${kept}`,
  });
}

function adviceAfter(how: string, device: 'cpu' | 'gpu'): string {
  if (how.includes('SIGKILL')) return 'often the machine ran out of memory: run again with `--jobs 1`';
  if (device === 'gpu')
    return 'often it is the driver of the GPU that crashes: compute on the processor with `--device cpu`';
  if (/SIGSEGV|SIGABRT|SIGBUS|SIGILL/.test(how))
    return 'a native library crashed, often because memory ran out: run again with `--jobs 1`, or with less at once';
  return 'run again';
}

export function timedOut(step: CheckedStep, checkpoint: boolean): Diagnostic {
  return diagnostic({
    code: 'step-timeout',
    message: `\`${step.id}\` ran longer than its \`timeout\` of ${step.common.timeout} s`,
    span: step.places['timeout'] ?? step.span,
    hint: checkpoint
      ? 'run again: it goes on from its checkpoint; or raise `timeout:`, or give `retries:`'
      : 'raise `timeout:`, or make the step smaller',
  });
}

// What each event of `--json` means and carries: the closed list that docs/events.md is made from.
import type { Event } from '../event.ts';

type Fields<T extends Event['type']> = Omit<Extract<Event, { readonly type: T }>, 'type' | 'time'>;

export interface EventDoc<F extends string = string> {
  readonly doc: string;
  readonly fields: Readonly<Record<F, string>>;
}

/** A new event or field does not compile before it is described here. */
export const eventDocs: { readonly [T in Event['type']]: EventDoc<keyof Fields<T> & string> } = {
  'run-started': {
    doc: 'The first event. Says what is going to happen.',
    fields: {
      run: 'The name of the run, as `fslrun runs` lists it.',
      program: 'Path of the program.',
      pid: 'Process id of the runner.',
      plan: 'The plan, in the shape of `fslrun plan --format json`.',
    },
  },
  'step-cached': {
    doc: 'The contents of a step are in the store: found at the start, or once the contents of its inputs were known.',
    fields: { step: 'Id of the step.', key: 'Key of the action.' },
  },
  'step-started': {
    doc: 'A step begins to run.',
    fields: {
      step: 'Id of the step.',
      key: 'Key of the action.',
      attempt: 'From 1; more where `retries` lets it try again.',
    },
  },
  'step-progress': {
    doc: 'A running step got further.',
    fields: {
      step: 'Id of the step.',
      done: 'How much is done.',
      total: 'How much there is to do.',
      unit: 'What is counted, such as `rows`.',
      detail: 'Loss, rate and the like, in words; may be absent.',
    },
  },
  'step-note': {
    doc: 'Something worth knowing that is no error.',
    fields: { step: 'Id of the step.', message: 'One sentence.' },
  },
  'step-waiting': {
    doc: 'Another runner is already on the step; its result is taken when it is there.',
    fields: {
      step: 'Id of the step.',
      pid: 'Process id of the other runner.',
      host: 'Name of the machine it runs on.',
      since: 'When the other runner began, in milliseconds since the epoch.',
    },
  },
  'step-finished': {
    doc: 'A step ran and its outputs are published in the store.',
    fields: {
      step: 'Id of the step.',
      key: 'Key of the action.',
      seconds: 'How long it ran.',
      bytes: 'Size of its outputs.',
      computed:
        'Only where it computed tensors: backend, device; graphs compiled, taken from the cache and run, with their times; the nodes run by ONNX operator; tensors live at the end and the bytes they and the graphs take on the device; where it trained, the steps of this attempt and those that earlier ones had done.',
    },
  },
  'step-failed': {
    doc: 'A step ended with an error. What does not need it goes on with `--keep-going`.',
    fields: {
      step: 'Id of the step.',
      diagnostics: 'What went wrong, in the shape of `fslrun check --format json`.',
    },
  },
  'step-skipped': {
    doc: 'A step was not tried, because one that it needs failed.',
    fields: { step: 'Id of the step.', because: 'Id of the step that failed.' },
  },
  'step-interrupted': {
    doc: 'A step was running when the run was interrupted; the next run goes on from its checkpoint where it kept one, else it starts afresh.',
    fields: { step: 'Id of the step.', checkpoint: 'Whether it kept one.' },
  },
  'output-left': {
    doc: 'A file of `to:` was left as it is. With warnings only, fslrun wrote it and somebody changed it since; with an error the run ends as failed, though the result of the step is kept.',
    fields: {
      step: 'Id of the step.',
      diagnostics: 'What is the matter, in the shape of `fslrun check --format json`.',
    },
  },
  requirement: {
    doc: 'A `require:` was judged; this happens in every run, cached or not.',
    fields: {
      step: 'Id of the report.',
      text: 'The requirement as it is written.',
      held: 'Whether it holds.',
      detail: 'The figures it was judged by.',
    },
  },
  'run-finished': {
    doc: 'The last event.',
    fields: {
      run: 'The name of the run.',
      result:
        'The outcome (`done`, `failed`, `requirement-failed`, `interrupted`), how many steps were executed, cached, failed and skipped, the seconds, and the reports, each with its `marks`.',
    },
  },
};

// One plain line for an event, for logs and pipes, or none where it is not worth one.
import { showable } from '../../parser/display-width.ts';
import type { Event, EventOf } from '../event.ts';
import { removalOf } from '../gc/removed-results.ts';
import type { Plan } from '../plan.ts';
import { computationText } from './computation-text.ts';
import { stepLabel } from './evaluation-text.ts';
import type { Paint } from './paint.ts';
import { bytes, counted, duration } from './quantity.ts';

/** `verbose` also shows cached steps and, now and then, progress. Problems are told by their diagnostics elsewhere. */
export function eventLine(event: Event, paint: Paint, verbose: boolean): string | undefined {
  switch (event.type) {
    case 'run-started': {
      const { run, pending, cached } = event.plan.summary;
      if (run + pending === 0) return undefined;
      const line = `${event.program}: ${counted(run + pending, 'step')} to run, ${cached} cached`;
      return `${line}${removedText(event.plan)}`;
    }
    case 'step-cached':
      return verbose ? `${paint.green('✔')} ${stepLabel(event.step)} ${paint.dim('cached')}` : undefined;
    case 'step-started':
      return verbose ? `${paint.yellow('●')} ${stepLabel(event.step)} ${paint.dim('starts')}` : undefined;
    case 'step-note':
      return `${paint.cyan('i')} ${stepLabel(event.step)}: ${showable(event.message)}`;
    case 'step-waiting':
      return `${paint.cyan('○')} ${stepLabel(event.step)}: another runner is on it, process ${event.pid} on ${event.host}`;
    case 'step-finished':
      return `${paint.green('✔')} ${stepLabel(event.step)} ${paint.dim(finished(event, verbose))}`;
    case 'step-failed':
      return `${paint.red('✘')} ${stepLabel(event.step)} failed`;
    case 'step-skipped':
      return `${paint.dim('-')} ${stepLabel(event.step)} not tried: ${stepLabel(event.because)} failed`;
    case 'step-interrupted':
      return `${paint.yellow('-')} ${stepLabel(event.step)} interrupted${event.checkpoint ? '; its checkpoint is kept' : ''}`;
    case 'step-progress':
    case 'output-left':
    case 'requirement':
    case 'run-finished':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Why so much runs that has run before. */
function removedText({ steps }: Plan): string {
  const removed = steps.filter(({ reasons }) => reasons.some((reason) => removalOf(reason) !== undefined));
  if (removed.length === 0) return '';
  return `; \`fslrun gc\` has removed ${counted(removed.length, 'result')}, which ${removed.length === 1 ? 'is' : 'are'} made again`;
}

function finished({ seconds, bytes: size, computed }: EventOf<'step-finished'>, verbose: boolean): string {
  const cost = `${duration(seconds)}, ${bytes(size)}`;
  return verbose && computed !== undefined ? `${cost}; ${computationText(computed)}` : cost;
}

// The live lines of a run: one a running step, and the counter. Pure text; who draws them is not its business.
import { stepLabel } from './evaluation-text.ts';
import type { Paint } from './paint.ts';
import type { Active, ProgressState } from './progress-state.ts';
import { speed } from './progress-state.ts';
import { duration, grouped } from './quantity.ts';
import { cutText, padText, textWidth } from './text-width.ts';

export interface LineOptions {
  readonly paint: Paint;
  /** Width of the terminal. */
  readonly columns: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** More running steps than this are only counted. */
const mostLines = 8;
const barWidth = 20;

export function progressLines(state: ProgressState, options: LineOptions): readonly string[] {
  const active = [...state.active.values()];
  const shown = active.slice(0, mostLines);
  const width = Math.min(32, Math.max(0, ...shown.map((one) => textWidth(stepLabel(one.step)))));
  const hidden = active.length - shown.length;
  return [
    ...shown.map((one) => activeLine(one, width, options)),
    ...(hidden > 0 ? [options.paint.dim(`  and ${hidden} more`)] : []),
    counterLine(state, options.paint),
  ];
}

/** `12/40 steps, 8 cached` */
function counterLine({ done, total, cached, failed }: ProgressState, paint: Paint): string {
  const parts = [
    `${done}/${total} steps`,
    `${cached} cached`,
    ...(failed > 0 ? [paint.red(`${failed} failed`)] : []),
  ];
  return parts.join(', ');
}

function activeLine(active: Active, width: number, { paint, columns, now }: LineOptions): string {
  const name = padText(cutText(stepLabel(active.step), width), width);
  const { bar, text } = stateOf(active, now, paint);
  const room = columns - width - textWidth(bar) - 5;
  return `  ${name} ${bar} ${cutText(text, Math.max(0, room))}`.trimEnd();
}

function stateOf(active: Active, now: number, paint: Paint): { readonly bar: string; readonly text: string } {
  const since = duration(Math.max(0, now - active.since) / 1000);
  if (active.waitingFor !== undefined) {
    const { pid, host } = active.waitingFor;
    return { bar: '', text: `another runner is on it: process ${pid} on ${host}, for ${since}` };
  }
  const { latest } = active;
  if (latest === undefined) return { bar: '', text: since };
  const share = latest.total > 0 ? Math.min(1, latest.done / latest.total) : 0;
  const full = Math.round(share * barWidth);
  const fast = speed(active);
  const parts = [
    `${grouped(latest.done)}/${grouped(latest.total)} ${latest.unit}`,
    ...(fast === undefined
      ? [since]
      : [`${rateText(fast.rate)} ${latest.unit}/s`, `${duration(fast.left)} left`]),
    ...(latest.detail === undefined ? [] : [latest.detail]),
  ];
  return {
    bar: paint.green('━'.repeat(full)) + paint.dim('─'.repeat(barWidth - full)),
    text: parts.join(', '),
  };
}

function rateText(rate: number): string {
  return rate >= 9.95 ? grouped(rate) : rate.toFixed(1);
}

import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/runtime/event.ts';
import { paint } from '../../src/runtime/report/paint.ts';
import { ProgressView } from '../../src/runtime/report/progress.ts';
import { seedsPlan } from './samples.ts';

const step = 'model[seed=42]';
const key = 'k';
const events: readonly Event[] = [
  { time: 0, type: 'run-started', run: 'r', program: 'first.fsl', pid: 1, plan: seedsPlan() },
  { time: 0, type: 'step-cached', step: 'messages', key },
  { time: 0, type: 'step-started', step, key, attempt: 1 },
  { time: 5_000, type: 'step-progress', step, done: 100, total: 1000, unit: 'rows', detail: 'loss 0.7' },
  { time: 7_000, type: 'step-progress', step, done: 300, total: 1000, unit: 'rows', detail: 'loss 0.4' },
];
const ending: readonly Event[] = [
  { time: 7_000, type: 'step-note', step, message: 'three rows were too long' },
  { time: 9_000, type: 'step-finished', step, key, seconds: 9, bytes: 2_400 },
];

describe('progress', () => {
  test('on a terminal: a line a running step with rate and time left, then the counter', () => {
    const screen = new Screen();
    const view = viewOn(screen, { live: true });
    for (const event of events) view.show(event);
    view.draw();
    expect(screen.lines()).toEqual([
      'first.fsl: 3 steps to run, 8 cached',
      '  model seed=42 ━━━━━━────────────── 300/1,000 rows, 100 rows/s, 7.0 s left, loss 0.4',
      '1/11 steps, 1 cached',
    ]);
    for (const event of ending) view.show(event);
    view.clear();
    expect(screen.lines()).toEqual([
      'first.fsl: 3 steps to run, 8 cached',
      'i model seed=42: three rows were too long',
      '✔ model seed=42 9.0 s, 2.4 KB',
    ]);
  });

  test('never wraps, however narrow the terminal', () => {
    const screen = new Screen(50);
    const view = viewOn(screen, { live: true });
    for (const event of events) view.show(event);
    view.draw();
    expect(screen.lines().filter((line) => line.length > 50)).toEqual([]);
  });

  test('elsewhere: plain lines without control characters', () => {
    const screen = new Screen();
    const view = viewOn(screen, { live: false });
    for (const event of [...events, ...ending]) view.show(event);
    view.draw();
    expect(screen.written).toBe(
      'first.fsl: 3 steps to run, 8 cached\ni model seed=42: three rows were too long\n✔ model seed=42 9.0 s, 2.4 KB\n',
    );
  });

  test('says who else is on a step', () => {
    const screen = new Screen();
    const view = viewOn(screen, { live: true });
    const [start] = events;
    if (start !== undefined) view.show(start);
    view.show({ time: 0, type: 'step-waiting', step, pid: 77, host: 'lab', since: 0 });
    view.draw();
    expect(screen.lines()).toContain(
      '  model seed=42  another runner is on it: process 77 on lab, for 7.0 s',
    );
  });
});

function viewOn(screen: Screen, { live }: { live: boolean }): ProgressView {
  return new ProgressView({ terminal: screen, paint: paint(false), live, verbose: false, now: () => 7_000 });
}

/** A terminal that knows the two control sequences that are used: up by lines, and clear to the end. */
class Screen {
  readonly isTTY = true;
  readonly columns: number;
  written = '';

  constructor(columns = 100) {
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
  }

  lines(): readonly string[] {
    const lines: string[] = [];

    for (const [piece, up] of this.written.matchAll(/\u001b\[(\d+)A\u001b\[0J|[^\n\u001b]*\n/g)) {
      if (up === undefined) lines.push(piece.slice(0, -1));
      else lines.splice(lines.length - Number(up));
    }
    return lines;
  }
}

// Shows a run while it goes on: redrawn lines on a terminal, plain lines elsewhere. Owns the lines at the bottom of the terminal.
import type { Event } from '../event.ts';
import type { Terminal } from '../host.ts';
import { eventLine } from './event-line.ts';
import type { Paint } from './paint.ts';
import { progressLines } from './progress-lines.ts';
import { advance, idle, type ProgressState } from './progress-state.ts';

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** Redrawn lines; only for a terminal that can move its cursor. */
  readonly live: boolean;
  readonly verbose: boolean;
  now(): number;
}

/** Redraws are no more frequent than this, in milliseconds. */
const frame = 100;

export class ProgressView {
  readonly #options: ProgressOptions;
  #state: ProgressState = idle;
  #drawn = 0;
  #last = -Infinity;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  show(event: Event): void {
    const { paint, verbose, live } = this.#options;
    this.#state = advance(this.#state, event);
    const line = eventLine(event, paint, verbose);
    if (line !== undefined) this.#say(line);
    if (!live) return;
    if (event.type === 'run-finished') this.clear();
    else if (line !== undefined || this.#options.now() - this.#last >= frame) this.draw();
  }

  /** Draws again; called at times too, so that the clocks go on while no event comes. */
  draw(): void {
    const { terminal, paint, live } = this.#options;
    const now = this.#options.now();
    if (!live || this.#state.total === 0) return;
    const lines = progressLines(this.#state, { paint, columns: terminal.columns, now });
    terminal.write(`${this.#rewind()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
    this.#last = now;
  }

  /** Takes the live lines away. */
  clear(): void {
    const rewind = this.#rewind();
    if (rewind !== '') this.#options.terminal.write(rewind);
    this.#drawn = 0;
  }

  #say(line: string): void {
    this.#options.terminal.write(`${this.#rewind()}${line}\n`);
    this.#drawn = 0;
  }

  #rewind(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[0J`;
  }
}

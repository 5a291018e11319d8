// A `Host` for tests: what is written is kept, the clock is real, Ctrl-C is a call.
import { hostname } from 'node:os';
import type { Host, Terminal } from '../../src/runtime/host.ts';

export interface FakeHostSettings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the output goes to a terminal, 100 columns wide. */
  readonly terminal?: boolean;
  readonly input?: string | Uint8Array;
}

export class FakeHost implements Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid = process.pid;
  readonly hostname = hostname();
  readonly machine = { node: process.versions.node, platform: 'linux-x64', cores: 1, memory: 8e9, gpus: 0 };
  readonly stdin: Host['stdin'];
  readonly stdout: Recorder;
  readonly stderr: Recorder;
  readonly exits: number[] = [];
  readonly #listeners = new Set<() => void>();

  constructor({ cwd, env = {}, terminal = false, input }: FakeHostSettings) {
    this.cwd = cwd;
    this.env = env;
    this.stdin = { isTTY: input === undefined, read: async () => Buffer.from(input ?? '') };
    this.stdout = new Recorder(terminal);
    this.stderr = new Recorder(terminal);
  }

  now(): number {
    return Date.now();
  }

  onInterrupt(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  exit(code: number): void {
    this.exits.push(code);
  }

  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }
}

export class Recorder implements Terminal {
  readonly isTTY: boolean;
  readonly columns = 100;
  text = '';
  /** Called after every write. */
  heard: (text: string) => void = () => undefined;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
    this.heard(text);
  }
}

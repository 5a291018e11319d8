// The outside world as the command sees it: everything that tests replace. Nothing else reads the environment, clock or console.

export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly hostname: string;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Calls back on Ctrl-C and termination; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

export interface Terminal {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

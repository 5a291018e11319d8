// The outside world as the command sees it: everything that tests replace. Nothing else reads the environment, clock or console.

export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly hostname: string;
  readonly machine: Machine;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly stdin: InputStream;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Calls back on Ctrl-C and termination; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once, without waiting for anything. */
  exit(code: number): void;
}

export interface Machine {
  /** Version of Node.js, without the `v`. */
  readonly node: string;
  /** `linux-x64` */
  readonly platform: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Devices for computing besides the processor; nothing where they cannot be counted. */
  readonly gpus: number | undefined;
}

export interface InputStream {
  readonly isTTY: boolean;
  /** Everything up to the end. */
  read(): Promise<Uint8Array>;
}

export interface Terminal {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

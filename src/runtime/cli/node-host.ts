// The outside world as Node.js gives it. The only file of the command that touches `process`.
import { availableParallelism, hostname, totalmem } from 'node:os';
import { countGpus } from '../../stages/count-gpus.ts';
import type { Host, Terminal } from '../host.ts';

export interface NodeProcess {
  readonly host: Host;
  /** What stands after the name of the command. */
  readonly args: readonly string[];
  /** Lets the process end by itself, with this exit code, once its output is written. */
  readonly finish: (code: number) => void;
}

export function nodeProcess(): NodeProcess {
  leaveWhenNobodyReads(process.stdout);
  leaveWhenNobodyReads(process.stderr);
  const host: Host = {
    cwd: process.cwd(),
    env: process.env,
    pid: process.pid,
    hostname: hostname(),
    machine: {
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      cores: availableParallelism(),
      memory: memory(),
      get gpus() {
        return countGpus(process.platform);
      },
    },
    now: () => Date.now(),
    stdin: { isTTY: process.stdin.isTTY, read: readInput },
    stdout: terminal(process.stdout),
    stderr: terminal(process.stderr),
    onInterrupt,
    exit: (code) => process.exit(code),
  };
  return {
    host,
    args: process.argv.slice(2),
    finish: (code) => {
      process.exitCode = code;
    },
  };
}

/** What a container allows, where that is less than the machine has. */
function memory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

function terminal(stream: NodeJS.WriteStream): Terminal {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns > 0 ? stream.columns : 80; // some terminals say 0, a pipe says nothing
    },
  };
}

/** `fslrun show … | head` closes the pipe early; that is no error. */
function leaveWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks);
}

function onInterrupt(listener: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

// Which process is it, so that another one can tell later whether it still lives, also after its number was given anew.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Of the machine's start, or of the container: where either differs, process numbers mean nothing. */
  readonly boot: string;
  /** When the process started, in the kernel's count; `0` where that cannot be known. */
  readonly start: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), boot: bootOf(), start: startOf(process.pid) };
}

/** `unknown` for processes of another machine or container: only their heartbeat tells. */
export function livenessOf(identity: ProcessIdentity, own: ProcessIdentity): Liveness {
  if (identity.host !== own.host) return 'unknown';
  if (identity.boot !== own.boot) return sameMachine(identity, own) ? 'unknown' : 'dead';
  if (!exists(identity.pid)) return 'dead';
  return startOf(identity.pid) === identity.start ? 'alive' : 'dead';
}

/** The machine's boot and the space in which process numbers count, one after the other. */
function bootOf(): string {
  return `${quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())}/${quietly(() => readlinkSync('/proc/self/ns/pid'))}`;
}

function sameMachine(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.boot.split('/')[0] === b.boot.split('/')[0];
}

/** Field 22 of `/proc/PID/stat`; the name in field 2 may hold spaces and brackets. */
function startOf(pid: number): string {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
  return fields[19] ?? '0';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

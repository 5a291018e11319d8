// What a command and all that it starts take: wall time, processor time, the most memory at once. Linux alone, as it reads /proc.
import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';

/** Milliseconds between two looks at the memory. */
const between = 100;
/** Clock ticks a second (`getconf CLK_TCK`), which Linux has fixed for user space. */
const ticks = 100;

/**
 * Waits for a process that `start` gives. `processor` is the time of the process and all that it waited for, in seconds; `memory` the
 * largest sum of the memory of them all, in MB, in which what several of them map counts once (`Pss`); `others` how many cores other processes used meanwhile.
 */
export async function measured(start) {
  const began = performance.now();
  const [busy, own] = [busySeconds(), waitedFor()];
  const child = start();
  let output = '';
  child.stdout?.on('data', (data) => (output += data));
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, memoryBytes(child.pid));
  }, between);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(watch);
  const wall = (performance.now() - began) / 1000;
  const processor = waitedFor() - own;
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
  const others = Math.max(0, (busySeconds() - busy - processor) / wall);
  return { wall, processor, memory: memory / 1e6, others, output };
}

/** Processor time in seconds of this process's children that have ended, and of theirs: fields 16 and 17 of its `stat`. */
export function waitedFor() {
  const fields = statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / ticks;
}

/** What follows the name of a process, which may have spaces. */
function statOf(process) {
  const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Of all processors since the machine started. */
function busySeconds() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/** A program's own pages and its share of those that others map too. */
function memoryBytes(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(Number(name), Number(statOf(name)[1]));
    } catch {
      // It has ended.
    }
  }
  const belongs = (process) => process === root || (parents.has(process) && belongs(parents.get(process)));
  let kilobytes = 0;
  for (const process of parents.keys()) {
    if (!belongs(process)) continue;
    try {
      kilobytes += Number(
        /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${process}/smaps_rollup`, 'utf8'))?.[1] ?? 0,
      );
    } catch {
      // It has ended.
    }
  }
  return kilobytes * 1024;
}

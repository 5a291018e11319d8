// Loaded before the command: counts started processes and loaded native modules, and tells them when the process ends.
import { ChildProcess } from 'node:child_process';

const counts = { processes: 0, native: 0 };
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (...given) {
  counts.processes += 1;
  return spawn.apply(this, given);
};
const { dlopen } = process;
process.dlopen = function (...given) {
  counts.native += 1;
  return dlopen.apply(this, given);
};
process.on('exit', () => process._rawDebug(`COUNTS ${JSON.stringify(counts)}`));

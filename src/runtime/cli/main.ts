#!/usr/bin/env node
// The entry of the command: answers `--version` at once and loads everything else only when it is asked for.
import { nodeProcess } from './node-host.ts';
import { version } from './version.ts';

const { host, args, finish } = nodeProcess();
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) host.stdout.write(`${version}\n`);
else {
  const { runCommand } = await import('./run-command.ts');
  finish(await runCommand(args, host));
}

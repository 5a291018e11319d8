// All commands as commander knows them: what `--help`, completion and docs/cli.md are made from. What a command does is
// loaded when it is called.
import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addFmt } from './commands/fmt.ts';
import { addGc } from './commands/gc.ts';
import { addGraph } from './commands/graph.ts';
import { addInit } from './commands/init.ts';
import { addPlan } from './commands/plan.ts';
import { addPredict } from './commands/predict.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addServe } from './commands/serve.ts';
import { addShow } from './commands/show.ts';
import { addStatus } from './commands/status.ts';
import { addVerify } from './commands/verify.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

export function createCommands(context: Context): Command {
  const program = new Command('fslrun')
    .description('Runs few-shot learning experiments written in FSL.')
    .version(version, '-V, --version', 'the version')
    .usage('FILE.fsl [TARGET…] [flags]\n       fslrun COMMAND …')
    .helpOption('-h, --help', 'this help')
    .helpCommand('help [command]', 'help on a command')
    .addHelpText(
      'after',
      `
A first argument that is a file runs it; \`fslrun COMMAND --help\` shows the flags of a command.

Exit codes: 0 done, 1 a stage failed (of \`fmt --check\`: something is not formatted), 2 the program
or the command line is wrong and nothing ran, 3 a requirement does not hold, 4 something
would run (with \`--detailed-exitcode\`), 130 interrupted.`,
    );
  addRun(program, context);
  addPlan(program, context);
  addCheck(program, context);
  addFmt(program, context);
  addGraph(program, context);
  addShow(program, context);
  addPredict(program, context);
  addServe(program, context);
  addExplain(program, context);
  addStatus(program, context);
  addRuns(program, context);
  addDiff(program, context);
  addVerify(program, context);
  addGc(program, context);
  addInit(program, context);
  addDoctor(program, context);
  addCompletion(program, context);
  for (const command of program.commands) command.helpOption('-h, --help', 'this help');
  return program;
}

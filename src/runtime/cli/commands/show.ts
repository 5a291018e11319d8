// `fslrun show`: what is in an artifact, and where it came from.
import type { Command } from 'commander';
import { exitCodes, paintFor, type Context } from '../context.ts';
import { openProgram, type OpenProgram } from '../open-program.ts';
import { outputOptions, programOptions, type OutputFlags, type ProgramFlags } from '../options.ts';
import { showProblems } from '../problems.ts';
import { writeResult } from '../result-output.ts';
import type { StoredStep } from '../stored-step.ts';
import type { Paint } from '../../report/paint.ts';

type Flags = ProgramFlags & OutputFlags<'text' | 'json'>;

export function addShow(program: Command, context: Context): void {
  const command = program
    .command('show')
    .summary('what is in a result')
    .description(
      'Shows the result of a stage, of all its instances or of one part: rows, figures, files, where it came from.',
    )
    .argument('<file>', 'the program')
    .argument('<stage>', 'STAGE, STAGE[KEY=VALUE] or STAGE.PART');
  outputOptions(programOptions(command), ['text', 'json']).action(
    context.exits(async (file: string, name: string, flags: Flags) => {
      const { host } = context;
      const [open, stored, view, { shellWord }] = await Promise.all([
        openProgram(context, file, flags, async () => undefined),
        import('../stored-step.ts'),
        import('../../report/artifact-view.ts'),
        import('../../report/shell-word.ts'),
      ]);
      const { ids, part } = stored.namedSteps(context, open, name);
      const { steps, missing } = stored.storedSteps(open, ids);
      const [first] = missing;
      if (first !== undefined) {
        const sets = flags.set.map((set) => ` --set ${shellWord(set)}`).join('');
        const run = `fslrun ${shellWord(file)} ${shellWord(first.step.name)}${sets}`;
        await showProblems(stored.notRun(context, name, first.planned.why, run).diagnostics, host, flags);
        return exitCodes.failed;
      }
      const named = steps.flatMap(({ step, action }) =>
        Object.keys(action.outputs)
          .filter((output) => part === undefined || output === part)
          .map((output) => ({
            name: output === '' ? step.id : `${step.id}.${output}`,
            artifact: stored.storedArtifact(open, step.id, action, output),
            sizes: new Map(action.outputs[output]?.files.map(({ name, size }) => [name, size])),
            from: { step, action, earlier: false },
          })),
      );
      if (flags.format === 'json') {
        const values = await Promise.all(named.map(view.artifactJson));
        writeResult(
          context,
          `${JSON.stringify(values.length === 1 ? values[0] : values, null, 2)}\n`,
          flags.output,
        );
        return exitCodes.done;
      }
      const paint = paintFor(host.stdout, host, { color: flags.color && flags.output === undefined });
      const texts: string[] = [];
      for (const one of named) {
        const heading = named.length > 1 ? `${paint.bold(one.name)}\n` : '';
        texts.push(`${heading}${await view.artifactText(one, paint)}`);
      }
      const origins = steps.map((step) => `${origin(open, step, paint)}\n`);
      writeResult(context, `${texts.join('\n')}\n${origins.join('')}`, flags.output);
      return exitCodes.done;
    }),
  );
}

/** Kind, options, inputs, time and place of a result, in one dim line. */
function origin(open: OpenProgram, { step, action, earlier }: StoredStep, paint: Paint): string {
  const { parts, seconds, time, device } = action;
  const inputs = Object.values(step.inputs).flatMap((input) => {
    switch (input.from) {
      case 'step':
        return [input.part === '' ? input.step : `${input.step}.${input.part}`];
      case 'files':
        return input.paths.length > 3 ? [`${input.paths.length} files`] : input.paths.map(open.show);
      case 'builtin':
        return [`builtin:${input.name}`];
      case 'folder':
        return [open.show(input.path)];
      case 'many':
        return [`${input.members.length} results`];
      default:
        return input satisfies never;
    }
  });
  const made = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return paint.dim(
    `${step.id}: made by ${parts.kind} from ${inputs.join(', ') || 'nothing'} on ${made} UTC in ${seconds.toFixed(1)} s${device === undefined ? '' : ` on ${device}`}; key ${action.key.slice(0, 12)}${earlier ? '; an earlier run, since it is never taken from the cache' : ''}`,
  );
}

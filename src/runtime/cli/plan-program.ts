// A checked program against its store: what would run and why.
import { openPrevious } from '../previous.ts';
import type { Planned } from '../plan.ts';
import { planSteps } from '../plan.ts';
import type { OpenProgram } from './open-program.ts';
import { codeVersion } from '../../stages/registry.ts';

export interface PlanFlags {
  readonly force?: string | true;
  readonly device?: 'auto' | 'cpu' | 'gpu';
}

/** Throws `Failure` (`command-line`) for targets and forced stages that do not exist. */
export function planProgram(
  open: OpenProgram,
  targets: readonly string[],
  flags: PlanFlags,
  downloads?: ReadonlyMap<string, number>,
): Planned {
  const { pipeline, store, digester, registry, path, show, placeOf } = open;
  return planSteps(pipeline, store, {
    digests: digester,
    previous: openPrevious(store, path),
    builtinVersion: (name) => codeVersion(registry.builtin(name)),
    targets,
    ...(flags.force === undefined ? {} : { force: flags.force === true ? true : [flags.force] }),
    ...(flags.device === undefined ? {} : { device: flags.device }),
    show,
    placeOf,
    ...(downloads === undefined ? {} : { downloads }),
  });
}

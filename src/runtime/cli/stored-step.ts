// Steps as a person names them (`parts[seed=1].train`), with their stored results as artifacts.
import type { Failure } from '../../parser/diagnostic.ts';
import { suggest } from '../../parser/suggest.ts';
import type { Artifact } from '../../stages/artifact.ts';
import type { Action } from '../action.ts';
import { removalOf, type RemovedBy } from '../gc/removed-results.ts';
import type { Planned, StepPlan } from '../plan.ts';
import { partLabel, partNamed, partNamesOf } from '../part-names.ts';
import { openPrevious } from '../previous.ts';
import { dateText } from '../report/quantity.ts';
import { stepsNamed } from '../targets.ts';
import { verifiedArtifact } from '../verified-artifact.ts';
import type { InputArtifact } from '../worker-message.ts';
import { usage, type Context } from './context.ts';
import type { OpenProgram } from './open-program.ts';
import { planProgram } from './plan-program.ts';

export interface NamedSteps {
  /** In the pipeline's order; at least one. */
  readonly ids: readonly string[];
  /** As results call it. */
  readonly part: string | undefined;
}

/** Throws `Failure` (`command-line`) where nothing has that name. */
export function namedSteps(context: Context, { pipeline }: OpenProgram, name: string): NamedSteps {
  const whole = stepsNamed(pipeline, name);
  if (whole.length > 0) return { ids: whole, part: undefined };
  const dot = name.lastIndexOf('.');
  const ids = dot === -1 ? [] : stepsNamed(pipeline, name.slice(0, dot));
  const part = name.slice(dot + 1);
  const [first] = ids;
  if (first === undefined) {
    const known = [...new Set(pipeline.steps.map((step) => step.name))];
    const near = suggest(/^[\w-]*/.exec(name)?.[0] ?? '', known);
    throw usage(context, name, {
      message: `the program has no stage \`${name}\``,
      hint:
        near === undefined
          ? `its stages are ${known.map((one) => `\`${one}\``).join(', ')}`
          : `did you mean \`${near}\`?`,
    });
  }
  const step = pipeline.steps.find(({ id }) => id === first);
  const parts = step === undefined ? [] : partNamesOf(step);
  const meant = step === undefined ? undefined : partNamed(step, part);
  if (meant === undefined || meant === '') {
    throw usage(context, name, {
      code: 'unknown-part',
      message: `\`${name.slice(0, dot)}\` has no part \`${part}\``,
      hint:
        parts.join('') === ''
          ? 'it is one artifact without parts'
          : `its parts are ${parts.map((one) => `\`${one}\``).join(', ')}`,
    });
  }
  return { ids, part: meant };
}

export interface StoredStep {
  readonly step: StepPlan['step'];
  readonly action: Action;
  /** Set where the program would run it again in any case: the result of an earlier run is shown. */
  readonly earlier: boolean;
}

export interface MissingStep extends StepPlan {
  /** Where `fslrun gc` has removed its result, or what that was made from. */
  readonly removal: RemovedBy | undefined;
}

/** The results of the steps; `missing` where one has not run, or not with these options and inputs. */
export function storedSteps(
  open: OpenProgram,
  ids: readonly string[],
): { readonly steps: readonly StoredStep[]; readonly missing: readonly MissingStep[] } {
  const planned: Planned = planProgram(open, ids, {});
  const previous = openPrevious(open.store, open.path);
  const steps: StoredStep[] = [];
  const missing: MissingStep[] = [];
  const removal = planned.plan.steps.flatMap(({ reasons }) =>
    reasons.flatMap((one) => removalOf(one) ?? []),
  )[0];
  for (const plan of planned.steps) {
    if (!ids.includes(plan.step.id)) continue;
    const {
      step,
      action,
      planned: { reasons, key },
    } = plan;
    if (action !== undefined) {
      open.store.touch(action.key);
      steps.push({ step, action, earlier: false });
      continue;
    }
    const lookedUp = open.store.action(key ?? previous.get(step.id)?.key ?? '');
    const onlyUncached = reasons.every(
      ({ code, path }) => code === 'not_cached' || (code === 'upstream_runs' && isUncached(planned, path)),
    );
    if (lookedUp.state === 'found' && onlyUncached)
      steps.push({ step, action: lookedUp.action, earlier: true });
    else missing.push({ ...plan, removal });
  }
  return { steps, missing };
}

/** A stored part as a worker is given it. */
export function storedInput(
  open: OpenProgram,
  { step, action }: Pick<StoredStep, 'step' | 'action'>,
  part: string,
): InputArtifact {
  const stored = action.outputs[part];
  if (stored === undefined) throw new Error(`${step.id} has no part ${part}`);
  const label = partLabel(step, part);
  const files = stored.files.map(({ name, digest }) => ({
    name,
    digest,
    shown: `${label}/${name}`,
    origin: 'store' as const,
    path: open.store.objectPath(digest),
  }));
  return { type: stored.type, digest: stored.digest, files };
}

/** A stored part as a running stage would see it: verified when read. */
export function storedArtifact(
  open: OpenProgram,
  stored: Pick<StoredStep, 'step' | 'action'>,
  part: string,
): Artifact {
  return verifiedArtifact(storedInput(open, stored, part), {
    folder: open.store.directory,
    corrupt: () => undefined,
  });
}

/** Problem of a step without a result: what to type. */
export function notRun(
  context: Context,
  name: string,
  { planned: { reasons, why }, removal }: MissingStep,
  command: string,
): Failure {
  if (removal === undefined)
    return usage(context, name, {
      message: `\`${name}\` has no result yet: ${why}`,
      hint: `\`${command}\` runs it`,
    });
  const own = reasons.some((reason) => removalOf(reason) !== undefined);
  const removed = `removed by \`fslrun gc\` on ${dateText(removal.time)}`;
  return usage(context, name, {
    message: own
      ? `the result of \`${name}\` was ${removed}`
      : `\`${name}\` has no result: what it is made from was ${removed}`,
    hint: `\`${command}\` makes it again`,
  });
}

/** Whether the only reason anything above runs is `cache: false`. */
function isUncached(planned: Planned, id: string | undefined): boolean {
  const plan = planned.steps.find(({ step }) => step.id === id);
  return (
    plan?.planned.reasons.every(
      ({ code, path }) => code === 'not_cached' || (code === 'upstream_runs' && isUncached(planned, path)),
    ) ?? false
  );
}

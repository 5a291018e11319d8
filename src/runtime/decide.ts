// The state of one step after another, in an order in which inputs come first: cached, run or pending, with the reasons
// found while deciding. Reads records and digests; changes nothing.
import type { CheckedInput, CheckedStep, Pipeline } from '../compiler/pipeline.ts';
import type { HubSource } from '../stages/hub-source.ts';
import type { Action, StoredArtifact } from './action.ts';
import { inputText } from './block-inputs.ts';
import { changesOf, createLocate } from './changes.ts';
import { contentsOf, type Resolved, type Sources } from './input-contents.ts';
import { removedBy, removedResult } from './gc/removed-results.ts';
import { openKeys, type InputContents, type KeyParts } from './key.ts';
import type { Estimate, PlanOptions, PlannedStep, Reason, StepPlan } from './plan.ts';
import { openOrphans, type PreviousStep } from './previous.ts';
import { whyText } from './report/reason-text.ts';
import type { Digests, Store } from './store.ts';
import { selectSteps } from './targets.ts';

/** `reads` are the steps that the inputs come from: `inputSteps`. */
export type Decide = (step: CheckedStep, reads: readonly string[]) => StepPlan;

export function openDecisions(pipeline: Pipeline, store: Store, options: PlanOptions): Decide {
  const { previous, show = (path) => path } = options;
  const actions = new Map<string, Action>();
  /** Which step will make a result, by key, and a lost object, by digest. */
  const makers = new Map<string, string>();
  const locate = createLocate();
  const forced = forcedSteps(pipeline, options);
  const orphanOf = openOrphans(previous, new Set(pipeline.steps.map(({ id }) => id)));
  const sources: Sources = {
    digests: options.digests,
    builtinVersion: options.builtinVersion,
    artifact: (step, part): StoredArtifact | undefined => actions.get(step)?.outputs[part],
  };
  const contents = rememberFolders(sources);
  const objects = rememberDigests(options.digests);
  const keys = openKeys();

  return (step, reads) => {
    const decided = (state: PlannedStep['state'], reasons: readonly Reason[], known: Decided): StepPlan =>
      decision(step, reads, state, reasons, known);
    const always = forced.has(step.id) || !step.common.cache;
    const inputs: Record<string, InputContents> = {};
    let waiting: string | undefined;
    let missing: Reason | undefined;
    for (const [name, input] of Object.entries(step.inputs)) {
      const resolved = contents(input);
      if (resolved.state === 'known') inputs[name] = resolved.contents;
      else if (resolved.state === 'waiting') waiting ??= resolved.step;
      else if (resolved.state === 'absent') missing ??= absentReason(step, name, resolved.source, options);
      else missing ??= { code: 'input_missing', path: inputText(step, name), file: show(resolved.path) };
    }
    if (missing !== undefined) return decided('run', [missing], { always });
    if (always && waiting !== undefined) return decided('run', [alwaysReason(step)], { always });
    if (waiting !== undefined) {
      const upstream: Reason = { code: 'upstream_runs', path: waiting };
      const before = previous.get(step.id);
      if (before === undefined) return decided('pending', [upstream], { always });
      const after = keys.parts(step, inputs);
      const own = changesOf({ step, before: before.parts, after, locate, show });
      const gone = own.length === 0 ? removal(before.key) : undefined;
      return decided('pending', [...own, ...(gone === undefined ? [] : [gone]), upstream], { always });
    }
    const parts = keys.parts(step, inputs);
    const key = keys.key(parts);
    const found = always ? { reasons: [alwaysReason(step)] } : lookUp(step, key, parts);
    if ('outputs' in found) {
      actions.set(step.id, found);
      return decided('cached', [], { always, key, parts, action: found });
    }
    const { reasons, flaw } = found;
    const twin = makers.get(key) ?? (flaw && makers.get(flaw.digest));
    if (twin !== undefined) {
      return decided('pending', [{ code: 'upstream_runs', path: twin }], { always, key, parts, twin });
    }
    makers.set(key, step.id);
    if (flaw !== undefined) makers.set(flaw.digest, step.id);
    return decided('run', reasons, { always, key, parts, ...(flaw && { flawed: flaw.time }) });
  };

  /** The stored result, or why there is none that can be used. */
  function lookUp(step: CheckedStep, key: string, parts: KeyParts): Action | Absent {
    const lookup = store.action(key);
    const record = `actions/${key}.json`;
    if (lookup.state === 'damaged') return absent({ code: 'output_corrupt', path: record });
    if (lookup.state === 'found') {
      const { action } = lookup;
      const flaw = store.flaw(action, objects);
      if (flaw !== undefined) {
        const { state, path, digest } = flaw;
        const reason: Reason = { code: state === 'missing' ? 'output_missing' : 'output_corrupt', path };
        return { reasons: [reason], flaw: { digest, time: action.time } };
      }
      const elsewhere = deviceReason(step, action, options);
      return elsewhere === undefined ? action : absent(elsewhere);
    }
    const gone = removal(key);
    if (gone !== undefined) return absent(gone);
    const before = previous.get(step.id) ?? orphanOf(parts);
    if (before === undefined) return absent({ code: 'never_ran' });
    if (before.key === key) {
      const failed = before.outcome === 'failed';
      return absent(failed ? { code: 'previous_failed' } : { code: 'output_missing', path: record });
    }
    const reasons = changesOf({ step, before: before.parts, after: parts, locate, show });
    return reasons.length === 0 ? absent({ code: 'never_ran' }) : { reasons };
  }

  function removal(key: string): Reason | undefined {
    const removed = removedResult(store, key);
    if (removed === undefined) return undefined;
    return { code: 'output_missing', path: `actions/${key}.json`, after: removedBy(removed) };
  }

  function decision(
    step: CheckedStep,
    inputs: readonly string[],
    state: PlannedStep['state'],
    reasons: readonly Reason[],
    { key, ...rest }: Decided,
  ): StepPlan {
    const estimate = state === 'cached' ? undefined : estimateOf(step, previous.get(step.id));
    const planned: PlannedStep = {
      id: step.id,
      kind: step.definition.name,
      state,
      why: why(step, state, whyText(reasons, inputs.filter((id) => !actions.has(id)).length - 1)),
      reasons,
      inputs,
      ...(key === undefined ? {} : { key }),
      ...(estimate === undefined ? {} : { estimate }),
    };
    return { step, planned, ...rest };
  }
}

type Decided = Omit<StepPlan, 'step' | 'planned'> & { readonly key?: string };

/** With how much work it is, where the kind can say. */
function why(
  { definition, options, inputs }: CheckedStep,
  state: PlannedStep['state'],
  text: string,
): string {
  if (state === 'cached' || definition.extent === undefined) return text;
  return `${text} (${definition.extent(options, (name) => inputs[name] !== undefined)})`;
}

/** Why there is no result, and the lost or damaged object where that is why. */
interface Absent {
  readonly reasons: readonly Reason[];
  readonly flaw?: { readonly digest: string; readonly time: number };
}

function absent(reason: Reason): Absent {
  return { reasons: [reason] };
}

/** Each once, in the order of the inputs. */
export function inputSteps(step: CheckedStep): readonly string[] {
  const ids = new Set<string>();
  const visit = (input: CheckedInput): void => {
    if (input.from === 'step') ids.add(input.step);
    if (input.from === 'many') for (const member of input.members) visit(member.input);
  };
  Object.values(step.inputs).forEach(visit);
  return [...ids];
}

/** An explicitly asked device other than the one the stored result was computed on. */
export function deviceReason(
  step: CheckedStep,
  action: Action,
  { device = 'auto' }: Pick<PlanOptions, 'device'>,
): Reason | undefined {
  const asked = step.common.device === 'auto' ? device : step.common.device;
  if (asked === 'auto' || action.computed === undefined || action.computed.device === asked) return undefined;
  return { code: 'device_changed', path: 'device', before: action.computed.device, after: asked };
}

/** With its size, where the hub has been asked. */
function absentReason(
  step: CheckedStep,
  input: string,
  { text }: HubSource,
  { downloads }: Pick<PlanOptions, 'downloads'>,
): Reason {
  const size = downloads?.get(text);
  return {
    code: 'input_missing',
    path: inputText(step, input),
    file: text,
    ...(size === undefined ? {} : { after: size }),
  };
}

function alwaysReason(step: CheckedStep): Reason {
  return { code: step.common.cache ? 'forced' : 'not_cached' };
}

function forcedSteps(
  pipeline: Pipeline,
  { force, placeOf }: Pick<PlanOptions, 'force' | 'placeOf'>,
): ReadonlySet<string> {
  if (force === undefined || force === false) return new Set();
  return new Set(force === true ? pipeline.steps.map(({ id }) => id) : selectSteps(pipeline, force, placeOf));
}

/** Instances of one stage name the same folder and files: each is looked at once a plan. */
function rememberFolders(sources: Sources): (input: CheckedInput) => Resolved {
  const known = new Map<string, Resolved>();
  return (input) => {
    if (input.from !== 'folder' && input.from !== 'files') return contentsOf(input, sources);
    const name = input.from === 'folder' ? input.path : input.paths.join('\0');
    let resolved = known.get(name);
    if (resolved === undefined) known.set(name, (resolved = contentsOf(input, sources)));
    return resolved;
  };
}

/** Many results share large objects, such as the weights of an encoder. */
function rememberDigests(digests: Digests): Digests {
  const known = new Map<string, string>();
  return {
    digest: (path) => {
      let digest = known.get(path);
      if (digest === undefined) known.set(path, (digest = digests.digest(path)));
      return digest;
    },
  };
}

function estimateOf(step: CheckedStep, before: PreviousStep | undefined): Estimate | undefined {
  const seconds = before?.parts.kind === step.definition.name ? before.seconds : undefined;
  const counts = step.cost.length === 0 ? undefined : step.cost;
  if (counts === undefined && seconds === undefined) return undefined;
  return { ...(seconds === undefined ? {} : { seconds }), ...(counts === undefined ? {} : { counts }) };
}

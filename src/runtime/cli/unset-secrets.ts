// Whether the environment has the secrets of the steps that will run: asked before anything runs, not after hours.
import type { CheckedStep } from '../../compiler/pipeline.ts';
import { diagnostic, Failure } from '../../parser/diagnostic.ts';
import type { Span } from '../../parser/source.ts';
import type { Planned } from '../plan.ts';
import { secretNames, secretsOf, unset, type Environment } from '../secrets.ts';

/** Throws `Failure` (`unset-variable`) with every place. A result that is cached needs no secret. */
export function refuseUnsetSecrets({ steps }: Planned, env: Environment): void {
  const problems = steps
    .filter(({ planned }) => planned.state !== 'cached')
    .flatMap(({ step }) =>
      secretsOf(step)
        .filter((name) => (env[name] ?? '') === '')
        .map((name) => diagnostic({ code: 'unset-variable', span: secretPlace(step, name), ...unset(name) })),
    );
  const once = new Map(problems.map((one) => [`${one.span.source.path}:${one.span.start}`, one]));
  if (once.size > 0) throw new Failure(...once.values());
}

function secretPlace(step: CheckedStep, name: string): Span {
  const option = Object.keys(step.options).find((one) =>
    secretNames([step.options[one] ?? null]).includes(name),
  );
  return step.places[option ?? ''] ?? step.span;
}

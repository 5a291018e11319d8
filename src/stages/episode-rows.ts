// The rows that episodes are drawn from: those of classes that the model has not learnt, each once.
import type { Artifact } from './artifact.ts';
import type { Consumed } from './consumed.ts';
import { identities } from './consumed-rows.ts';
import { classesOf, select, type Dataset } from './dataset.ts';
import type { Check } from './evaluate-checks.ts';
import { resolveOverlap, type Overlap } from './evaluate-overlap.ts';
import { learntClasses, listed, sharedClasses, sharedProblem } from './learnt-classes.ts';
import { stepFailure } from './step-failure.ts';

/** Rows of classes that the model has not learnt from, each once. Throws `Failure` where there are others and they are refused. */
export async function newRows(
  given: Dataset,
  model: Artifact,
  consumed: Consumed,
  overlap: Overlap,
): Promise<{ readonly rows: Dataset; readonly checks: readonly Check[] }> {
  const own = classesOf(given);
  const shared = sharedClasses(
    own.map(({ name }) => name),
    await learntClasses(model),
  );
  const checks: Check[] = [];
  let rows = given;
  if (shared.length > 0) {
    const said = `${shared.length} of the ${own.length} classes`;
    switch (overlap) {
      case 'refuse':
        throw stepFailure(sharedProblem(shared, own.length), 'on');
      case 'keep':
        checks.push({
          name: 'shared_classes',
          message: `the model has learnt ${said}, and they were kept: ${listed(shared)}`,
        });
        break;
      case 'drop': {
        const kept = own.flatMap((one) => (shared.includes(one.name) ? [] : one.rows));
        rows = select(
          given,
          kept.toSorted((a, b) => a - b),
        );
        checks.push({
          name: 'shared_classes',
          message: `${said} were left out: the model has learnt them (${listed(shared)})`,
        });
        break;
      }
      default:
        return overlap satisfies never;
    }
  }
  const resolved = await resolveOverlap(rows, consumed, overlap);
  const seen = new Set<string>();
  const first: number[] = [];
  (await identities(resolved.rows)).forEach((identity, i) => {
    if (!seen.has(identity)) first.push(i);
    seen.add(identity);
  });
  const repeated = resolved.rows.rows - first.length;
  if (repeated > 0)
    checks.push({
      name: 'duplicates',
      message: `${repeated} of ${resolved.rows.rows} rows repeat another one: episodes are drawn from the first of them`,
    });
  return {
    rows: repeated > 0 ? select(resolved.rows, first) : resolved.rows,
    checks: [...checks, ...resolved.checks],
  };
}

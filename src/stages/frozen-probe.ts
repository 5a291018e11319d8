// The baseline of every report: logistic regression on the frozen encoder, fitted on the same rows as the model.
import type { Head } from '../learning/heads/head.ts';
import type { Classifier } from './classifier.ts';
import type { Dataset } from './dataset.ts';
import { fitHead, methodOption, type Method } from './fine-tune-method.ts';
import { trainingRows } from './training-rows.ts';

/** The head of the probe; nothing where the model is made in exactly this way itself. */
export async function fitProbe(
  { description, labels, encode }: Classifier,
  support: Dataset,
  signal: AbortSignal,
): Promise<Head | undefined> {
  const probe = methodOption.fallback as unknown as Method; // the declared default of `method`
  const stopped = description.validation?.tried !== undefined;
  if (!stopped && description.class_weights === 'none' && isSame(description.method, probe)) return undefined;
  const { vectors, targets } = await trainingRows(support, encode, () => undefined);
  return fitHead(vectors, targets, labels.length, probe, { classWeights: 'none', signal });
}

function isSame(method: Method, probe: Method): boolean {
  if (method.name !== 'head' || probe.name !== 'head') return false;
  return method.arguments.kind === probe.arguments.kind && method.arguments.c === probe.arguments.c;
}

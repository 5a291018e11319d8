// The baseline of every report: logistic regression on the frozen encoder, fitted on the same rows as the model and put before
// the encoder in the same way.
import type { Head } from '../learning/heads/head.ts';
import type { Classifier, ClassifierDescription } from './classifier.ts';
import { labelIndices, type Dataset } from './dataset.ts';
import { fitHead, methodOption, type Method } from './fine-tune-method.ts';
import { trainingRows } from './training-rows.ts';

export type Probe =
  | { readonly state: 'fitted'; readonly head: Head }
  /** The model is made in exactly this way itself. */
  | { readonly state: 'same' }
  /** Not every label has a row to learn from. */
  | { readonly state: 'none' };

const probe = methodOption.fallback as unknown as Method; // the declared default of `method`

export async function fitProbe(
  { description, labels, encodeRows }: Classifier,
  support: Dataset,
  signal: AbortSignal,
): Promise<Probe> {
  if (isSame(description)) return { state: 'same' };
  if (new Set(labelIndices(support)).size < labels.length) return { state: 'none' };
  const { vectors, targets } = await trainingRows(support, encodeRows, () => undefined);
  const settings = { classWeights: 'none', signal } as const;
  return { state: 'fitted', head: await fitHead(vectors, targets, labels.length, probe, settings) };
}

function isSame({ method, validation, class_weights, prompt }: ClassifierDescription): boolean {
  if (validation?.tried !== undefined || class_weights !== 'none') return false;
  if (prompt !== undefined && prompt.label_templates.length > 0) return false;
  if (method.name !== 'head' || probe.name !== 'head') return false;
  return method.arguments.kind === probe.arguments.kind && method.arguments.c === probe.arguments.c;
}

// A head as what a model folder keeps of it: tensors, and a plain description. Reads back only what fits together.
import type { Head, HeadKind, Tensor } from './head.ts';

/** Plain JSON. */
export interface HeadDescription {
  readonly kind: HeadKind;
  readonly labels: number;
  readonly settings: Readonly<Record<string, number | string>>;
}

/** Everything of a head but its tensors. */
export function describeHead({ kind, labels, settings }: Head): HeadDescription {
  return { kind, labels, settings };
}

/** The tensors of a head, by the names they are stored under. */
export function headTensors(head: Head): Readonly<Record<string, Tensor>> {
  return head.tensors;
}

/** Shapes by tensor name; `rows` and `columns` stand for sizes that only the tensors know. */
const shapes = {
  logistic: { weight: ['labels', 'columns'], bias: ['labels'] },
  ridge: { weight: ['labels', 'columns'], bias: ['labels'] },
  linear: { weight: ['labels', 'columns'], bias: ['labels'] },
  svm: { weight: ['labels', 'columns'], bias: ['labels'] },
  knn: { vectors: ['rows', 'columns'], labels: ['rows'] },
  prototype: { prototypes: ['labels', 'columns'] },
  'one-vs-rest': { weight: ['labels', 'columns'], bias: ['labels'] },
  'one-class': { vectors: ['rows', 'columns'] },
  cache: { keys: ['rows', 'columns'], prototypes: ['labels', 'columns'], values: ['rows', 'labels'] },
} as const satisfies Record<HeadKind, Record<string, readonly string[]>>;

const settings = {
  logistic: [],
  ridge: [],
  linear: [],
  svm: [],
  knn: ['k', 'distance', 'weights'],
  prototype: ['distance', 'temperature'],
  'one-vs-rest': ['of'],
  'one-class': ['distance', 'prototypes', 'shrinkage', 'threshold'],
  cache: ['alpha', 'beta', 'temperature'],
} as const satisfies Record<HeadKind, readonly string[]>;

/**
 * The head that was stored.
 * @throws RangeError that says which tensor or setting is missing or does not fit
 */
export function restoreHead(description: HeadDescription, tensors: Readonly<Record<string, Tensor>>): Head {
  const { kind, labels } = description;
  if (!Object.hasOwn(shapes, kind)) throw new RangeError(`no head of the kind \`${String(kind)}\``);
  const sizes = new Map<string, number>([['labels', labels]]);
  const kept: Record<string, Tensor> = {};
  for (const [name, dimensions] of Object.entries<readonly string[]>(shapes[kind])) {
    const found = tensors[name];
    if (found === undefined) throw new RangeError(`the tensor \`${name}\` of the ${kind} head is missing`);
    const fits =
      found.shape.length === dimensions.length &&
      found.data.length === found.shape.reduce((product, size) => product * size, 1) &&
      dimensions.every((dimension, i) => {
        const size = found.shape[i] ?? 0;
        const expected = sizes.get(dimension) ?? size;
        sizes.set(dimension, expected);
        return size === expected;
      });
    if (!fits) throw new RangeError(`the tensor \`${name}\` of the ${kind} head has the wrong shape`);
    kept[name] = found;
  }
  for (const name of settings[kind])
    if (description.settings[name] === undefined)
      throw new RangeError(`the setting \`${name}\` of the ${kind} head is missing`);
  if (kind === 'knn' && kept['labels']?.data.some((label) => !(label >= 0 && label < labels)))
    throw new RangeError('the tensor `labels` of the knn head names a label that it does not have');
  return { ...description, tensors: kept };
}

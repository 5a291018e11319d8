// The options of `augment`.
import { changeOption } from './augment-changes.ts';
import { bool, call, either, float, int, list, share } from './option.ts';

export const augmentOptions = {
  with: list(changeOption, {
    required: true,
    min: 1,
    doc:
      'The changes. The copies of a row take them in turn, beginning with a random one; where a change can do ' +
      'nothing to a text, the next one is tried. Some are for texts, some for pictures, as they say.',
  }),
  copies: int({
    min: 1,
    max: 64,
    default: 4,
    doc: 'How many copies of each row are made; fewer where a text cannot be changed so often.',
  }),
  keep_original: bool({
    default: true,
    doc: 'Whether the rows stay beside their copies. `false` leaves only those that no copy could be made of.',
  }),
  filter: call(
    {
      similarity: {
        doc: 'Copies whose vector is too far from that of their row are dropped.',
        arguments: {
          min: either(float({ min: 0, max: 1, doc: '' }), share({ max: 1, doc: '' }), {
            default: 0.8,
            doc: 'The lowest cosine of the two vectors.',
          }),
        },
      },
    },
    { doc: 'Drops copies that no longer say the same. Without it all are kept.' },
  ),
  gate: call(
    {
      none: { doc: 'The copies are used.', arguments: {} },
      cv: {
        doc:
          'The copies are used only if paired cross-validation inside `from` says that they help: logistic regression ' +
          'on the vectors of `model`, with and without them on the same folds, by macro F1. Both figures are shown, ' +
          'and kept in `gate.json`.',
        arguments: {
          folds: int({ min: 2, max: 20, default: 4, doc: 'Folds of the cross-validation.' }),
          repeats: int({ min: 1, max: 100, default: 5, doc: 'How often it is done, with other folds.' }),
        },
      },
    },
    { default: { name: 'none', arguments: {} }, doc: 'Whether the copies have to prove themselves.' },
  ),
} as const;

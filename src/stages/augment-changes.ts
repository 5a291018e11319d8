// The changes `augment` knows, with their arguments; `open-changes.ts` has what each does.
import { call, float, list, model, share, string, word } from './option.ts';
import type { CallOf } from './option.ts';

const rate = (doc: string) => share({ min: 0.001, max: 1, default: 0.05, doc });

const temperature = float({
  above: 0,
  default: 1,
  doc: 'Scores of tokens are divided by it: below 1 for likelier texts, which differ less.',
});

export const changes = {
  synonyms: {
    doc: 'Words become English synonyms out of WordNet, in the same inflection; only words with one clear meaning do.',
    arguments: { rate: rate('Share of the words that are replaced; at least one.') },
  },
  insert: {
    doc: 'Synonyms of words of the text are put in at random places.',
    arguments: { rate: rate('How many, as a share of the words; at least one.') },
  },
  swap: {
    doc: 'Pairs of words change places.',
    arguments: { rate: rate('How many pairs, as a share of the words; at least one.') },
  },
  delete: {
    doc: 'Words are left out.',
    arguments: { rate: rate('Probability of each word to go; at least one goes.') },
  },
  typos: {
    doc: 'Letters become a neighbour on the keyboard.',
    arguments: { rate: rate('Share of the words with one typo; at least one.') },
  },
  fill: {
    doc:
      'Words become others that a masked language model finds likely in their place, drawn by how likely they are. It knows ' +
      'the text and not its label: `good` may become `bad`, which `gate: cv` guards against.',
    arguments: {
      model: model({
        input: 'fill',
        required: true,
        doc: 'The masked language model: `"builtin:fsl-mini"`, a folder saved with its head for masked words, or a `pretrain`.',
      }),
      rate: share({
        min: 0.001,
        max: 1,
        default: 0.15,
        doc: 'Share of the words that are replaced; at least one.',
      }),
    },
  },
  paraphrase: {
    doc: 'Texts become others that a sequence-to-sequence model writes of them, drawn token by token (nucleus sampling, 90 %).',
    arguments: {
      model: model({
        input: 'write',
        required: true,
        doc: 'The model, in ONNX files; best one that was trained to paraphrase.',
      }),
      prefix: string({
        default: '',
        doc: 'What such a model wants before each text, such as `"paraphrase: "`.',
      }),
      temperature,
    },
  },
  back_translate: {
    doc: 'Texts become translations into another language and back (Sennrich 2016): drawn on the way there, the likeliest on the way back.',
    arguments: {
      model: list(model({ input: 'write', doc: 'A translator.' }), {
        required: true,
        min: 1,
        max: 2,
        doc: 'Two models, `[there, back]`, or one that knows both languages; in ONNX files.',
      }),
      via: string({
        doc: 'For one model: the language between, as the model calls it: `"fr"`, `"fra_Latn"`.',
      }),
      language: string({ default: 'en', doc: 'For one model: the language of the rows.' }),
      temperature,
    },
  },
  crop: {
    doc: 'Pictures: a part at a random place, brought to the size of the whole.',
    arguments: {
      scale: share({
        min: 0.1,
        max: 1,
        default: 0.8,
        doc: 'The least share of each side that the part has.',
      }),
    },
  },
  flip: {
    doc: 'Pictures: mirrored. Only where what is shown stays the same: a `b` would become a `d`.',
    arguments: {
      axis: word(
        { horizontal: 'left and right change places', vertical: 'top and bottom change places' },
        { default: 'horizontal', doc: 'Which way.' },
      ),
    },
  },
  rotate: {
    doc: 'Pictures: turned about the middle.',
    arguments: {
      degrees: float({ above: 0, max: 180, default: 15, doc: 'The greatest angle, to either side.' }),
    },
  },
  shift: {
    doc: 'Pictures: moved.',
    arguments: {
      share: share({ min: 0.001, max: 1, default: 0.1, doc: 'How far at most, as a share of each side.' }),
    },
  },
  erase: {
    doc: 'Pictures: a rectangle becomes noise (Zhong et al. 2017).',
    arguments: {
      share: share({ min: 0.001, max: 1, default: 0.2, doc: 'Its area at most, as a share of the whole.' }),
    },
  },
  jitter: {
    doc: 'Pictures: brightness, contrast and, of colours, saturation change.',
    arguments: {
      strength: share({
        min: 0.001,
        max: 1,
        default: 0.2,
        doc: 'How much at most: 20 % is from 0.8 to 1.2 times.',
      }),
    },
  },
  noise: {
    doc: 'Pictures: noise on every pixel.',
    arguments: {
      deviation: share({
        min: 0.001,
        max: 1,
        default: 0.05,
        doc: 'Its standard deviation, as a share of the range of brightness.',
      }),
    },
  },
  mixup: {
    doc:
      'The vectors of two rows are mixed when a model is fitted, and their labels in the same shares. The text stays; ' +
      'the columns `mixed_with`, `mixed_label` and `own_share` say with what it is mixed. Not for `head(kind: knn)`.',
    arguments: {
      alpha: float({
        above: 0,
        default: 0.2,
        doc: 'The shares are drawn from Beta(alpha, alpha): a small one keeps each row close to one example.',
      }),
    },
  },
} as const;

export type Change = CallOf<typeof changes>;
export type BackTranslation = Extract<Change, { readonly name: 'back_translate' }>;

const pictureChanges = ['crop', 'flip', 'rotate', 'shift', 'erase', 'jitter', 'noise'] as const;
export type PictureChange = Extract<Change, { readonly name: (typeof pictureChanges)[number] }>;

/** What a change is for; `mixup` is for both. */
export function changesWhat({ name }: Pick<Change, 'name'>): 'texts' | 'pictures' | 'both' {
  if (name === 'mixup') return 'both';
  return pictureChanges.some((other) => other === name) ? 'pictures' : 'texts';
}

/** Their names, for messages. */
export function changesOf(rows: 'texts' | 'pictures'): string {
  const names = Object.keys(changes) as Change['name'][];
  const fitting = names.filter((name) => [rows, 'both'].includes(changesWhat({ name })));
  return fitting.map((name) => `\`${name}\``).join(', ');
}

export const changeOption = call(changes, { required: true, doc: 'A change.' });

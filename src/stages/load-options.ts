// The options of `load`.
import { bool, column, condition, either, int, list, map, string, template, word } from './option.ts';

const pairAdvice =
  'two columns make each row a pair of texts; name one without a list, and put several into one text by a template: `"{title}. {body}"`';

export const loadOptions = {
  format: word(
    {
      auto: 'what the extension says: .csv .tsv .json .jsonl .ndjson .yaml .yml .parquet .txt, pictures, -idx3-ubyte.gz',
      csv: 'fields between commas, quoted where needed',
      tsv: 'fields between tabs, quoted where needed',
      json: 'a list of objects',
      jsonl: 'an object a line',
      yaml: 'a list of maps',
      parquet: 'Apache Parquet',
      text: 'a row a line, cut by `pattern`',
      images:
        'a picture a file (PNG, JPEG, GIF, BMP, WebP), whose folder is its `label`; the column `file` has both names',
      idx: 'the files of MNIST, also compressed by gzip: one of pictures and one of their labels',
    },
    { default: 'auto', doc: 'How the files are written.' },
  ),
  header: either(bool({ doc: '' }), list(string({ doc: '' }), { min: 1, doc: '' }), {
    default: true,
    doc: 'Whether the first record of csv and tsv names the columns. `false`: they are called `1`, `2`, …; a list names them itself, and the first record is data.',
  }),
  delimiter: string({
    doc: 'The character between the fields of csv and tsv, such as `";"`. Without it: a comma for csv, a tab for tsv.',
  }),
  pattern: string({
    doc: 'How a line of text is cut into columns: `"{label} {text}"`. Each column takes as little as it can, the last the rest. Without it a line is the column `text`.',
  }),
  text: either(
    template({ doc: '' }),
    list(template({ doc: '' }), { min: 2, max: 2, advice: pairAdvice, doc: '' }),
    {
      doc:
        'The column of the texts, or a template: `"{title}. {description}"`. Without it: the column `text`. A list of two makes each row a pair of ' +
        'texts, whose label is about both: `["premise", "hypothesis"]`.',
    },
  ),
  image: column({
    doc:
      'The column of the pictures, in the place of texts: paths relative to the file they stand in, or the bytes themselves in Parquet. Pictures are turned ' +
      'as their EXIF says, what is transparent becomes white, and of a GIF the first frame is taken.',
  }),
  size: int({
    min: 1,
    max: 2048,
    doc: 'The height and width in pixels that all pictures are brought to. Without it they must have one size.',
  }),
  fit: word(
    {
      crop: 'proportions stay, and what is too long is cut at both ends',
      stretch: 'everything stays, and proportions change',
    },
    { default: 'crop', doc: 'How pictures of other proportions are brought to the `size`.' },
  ),
  channels: word(
    {
      auto: '`grey` where every pixel of every picture is grey, else `rgb`',
      grey: 'one channel',
      rgb: 'three channels',
    },
    { default: 'auto', doc: 'What a pixel of a picture holds.' },
  ),
  label: column({
    doc: 'The column of the labels; lists in it give a row several labels. Without it: the column `label`, where there is one and the texts are not made from it. Numbers become their text.',
  }),
  label_names: map(string({ doc: '' }), {
    doc: 'Names for the labels of the data, which also say their order: `{ "1": "World", "2": "Sports" }`. Labels that share a name become one.',
  }),
  id: column({ doc: 'A column that names each row.' }),
  group: column({ doc: 'Rows with the same value belong together: one author, one conversation.' }),
  time: column({ doc: 'When a row came about.' }),
  on_error: word(
    {
      fail: 'a broken row is an error',
      skip: 'broken rows, and rows without text or label, are left out and counted',
    },
    { default: 'fail', doc: 'What becomes of rows that cannot be read.' },
  ),
  where: condition({
    doc: 'Which rows stay: `stars != 3`. Text that reads as a number compares as one with a number; an empty field is `null`.',
  }),
  limit: int({ min: 1, doc: 'At most so many rows: the first ones that stay.' }),
  checksum: string({ doc: 'The sha256 that the one file must have, in hexadecimal.' }),
} as const;

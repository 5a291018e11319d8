// `load`: data files in, a dataset out.
import { Failure } from '../parser/diagnostic.ts';
import type { StaticDataset } from './artifact.ts';
import { rowsToRead } from './cost.ts';
import { writeDataset } from './dataset-file.ts';
import type { TableFormat } from './facts.ts';
import { isImageName } from './image-names.ts';
import { imageFormat, loadsImages } from './load-image-sources.ts';
import { loadImages } from './load-images.ts';
import { checkImages, forImages, knownImages, textAndImage } from './load-images-known.ts';
import { loadNotes } from './load-notes.ts';
import { loadRows, type RowOptions } from './load-rows.ts';
import { knownLoad } from './load-static.ts';
import { bool, column, condition, either, int, list, map, string, template, word } from './option.ts';
import { defineStage, input, type CheckContext } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { linePattern } from './tables/pattern.ts';
import { formatOf, readTable } from './tables/read-table.ts';
import { problemOf } from './tables/table.ts';

const options = {
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
  text: template({
    doc: 'The column of the texts, or a template: `"{title}. {description}"`. Without it: the column `text`.',
  }),
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
    doc: 'The column of the labels; lists in it give a row several labels. Without it: the column `label`, where there is one. Numbers become their text.',
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

export const load = defineStage({
  name: 'load',
  version: 4,
  doc:
    'Reads data files into a dataset and says which column is the text, or the picture, and which the label. ' +
    'Several files become one dataset, one after the other.',
  example: `load reviews {
  from:  "reviews.csv"
  text:  "{title}. {review}"
  label: "stars"
  where: stars != 3
  label_names: { "1": "bad", "2": "bad", "4": "good", "5": "good" }
}`,
  options,
  inputs: {
    from: input.required('files', {
      use: 'transform',
      doc: 'A path, a folder, a glob such as `"data/*.csv"`, or a list of them. Of a folder its files are read; where it has none, those of its folders.',
    }),
  },
  outputs: { '': { type: 'dataset', doc: 'The rows, in the order of the files.' } },
  randomness: () => false,
  reading: ({ format, header, delimiter = null, pattern = null }) => [format, header, delimiter, pattern],

  namedFiles(_, paths, options, facts) {
    const { image, format, header, pattern, delimiter, on_error: onError } = options;
    if (image === undefined || format === 'images' || format === 'idx') return { state: 'known', value: [] };
    const request = { paths, format: format as TableFormat, header, pattern, delimiter, onError };
    return facts.named?.(request, image) ?? { state: 'unknown' };
  },

  check(context) {
    return { '': checkLoad(context) };
  },

  cost: ({ outputs }) => {
    const { ['']: dataset } = outputs;
    return [{ count: dataset?.type === 'dataset' ? dataset.rows : undefined, unit: rowsToRead }];
  },

  async run(context) {
    const {
      options: given,
      inputs: { from },
    } = context;
    const stated = given.checksum === undefined ? undefined : sha256Of(given.checksum);
    const [first = ''] = from.names;
    if (stated !== undefined && from.digestOf(first) !== stated)
      throw stepFailure(otherChecksum(from.display(first), from.digestOf(first)), 'checksum');
    if (
      loadsImages(
        from.names.map((name) => from.display(name)),
        given,
      )
    )
      return writeDataset(context.output(), await loadImages(from, given, context));
    const tables = { ...given, format: given.format as TableFormat }; // the others are of pictures
    const files = await Promise.all(
      from.names.map(async (name) => ({ name: from.display(name), bytes: await from.read(name) })),
    );
    const reading = await readTable(files, tables);
    if (reading.state === 'unreadable') throw new Failure(reading.problem);
    const { table, broken } = reading;
    const problem = problemOf(broken);
    if (problem !== undefined && given.on_error === 'fail') throw new Failure(problem);
    const loaded = loadRows(table, broken.before, given);
    if (loaded.state === 'wrong')
      throw new Failure(
        ...loaded.findings.flatMap((finding) => stepFailure(finding.problem, finding.at).diagnostics),
      );
    if (broken.before.length > 0)
      context.note(`${rows(broken.before.length)} left out because they are broken`);
    if (loaded.incomplete > 0)
      context.note(`${rows(loaded.incomplete)} left out because they lack a text or a label`);
    for (const note of loadNotes(loaded.dataset)) context.note(note);
    await writeDataset(context.output(), loaded.dataset);
  },
});

function checkLoad(context: CheckContext<typeof options>): StaticDataset {
  const { options: given, inputs, facts, report } = context;
  const all = inputs.files('from')?.paths;
  const ofImages = all !== undefined && loadsImages(all, given);
  const paths = given.image === undefined ? all : all?.filter((path) => !isImageName(path));
  const unknown: StaticDataset = {
    type: 'dataset',
    columns: undefined,
    rows: undefined,
    labelled: true, // a column `label` may be there
    labels: undefined,
    partition: undefined,
  };
  let sound = true;
  const wrong: typeof report = (at, problem) => {
    sound = false;
    report(at, problem);
  };
  const cut = given.pattern === undefined ? undefined : linePattern(given.pattern);
  if (cut?.state === 'wrong')
    wrong('pattern', { code: 'wrong-type', message: cut.message, hint: 'such as `"{label} {text}"`' });
  if (given.checksum !== undefined && sha256Of(given.checksum) === undefined)
    wrong('checksum', {
      code: 'wrong-type',
      message: 'a checksum is a sha256: 64 hexadecimal digits',
      hint: 'compute it with `sha256sum FILE`',
    });
  if (paths === undefined) return unknown;
  if (given.checksum !== undefined && paths.length > 1)
    wrong('checksum', {
      code: 'wrong-type',
      message: `\`checksum\` is for one file, and \`from\` names ${paths.length}`,
      hint: 'load the files by stages of their own',
    });
  const { format } = given;
  if (
    ofImages &&
    (format === 'images' || format === 'idx' || given.image === undefined || paths.length === 0)
  ) {
    const known = checkImages(paths, given, (option) => context.given(option), wrong);
    return sound ? known : { ...unknown, images: true };
  }
  if (!ofImages)
    for (const option of ['size', 'fit', 'channels'])
      if (context.given(option)) wrong(option, forImages(option));
  checkFormats(paths, format as TableFormat, (option) => context.given(option), wrong);
  checkDelimiter(given.delimiter, wrong);
  const [only = ''] = paths;
  const stated = given.checksum === undefined ? undefined : sha256Of(given.checksum);
  if (sound && stated !== undefined) {
    const digest = facts.digest?.(only);
    if (digest?.state === 'known' && digest.value !== stated)
      wrong('checksum', otherChecksum(only.split(/[\\/]/).at(-1) ?? only, digest.value));
  }
  if (context.given('image') && context.given('text')) wrong('text', textAndImage);
  if (!sound) return { ...unknown, images: ofImages };
  const { delimiter, header, pattern, on_error: onError } = given;
  const table = facts.table({ paths, format: format as TableFormat, header, pattern, onError, delimiter });
  if (table.state === 'wrong') report('from', table.problem);
  if (table.state !== 'known') return { ...unknown, images: ofImages };
  if (given.image !== undefined) return knownImages(table.value, { ...given, text: given.image }, report);
  const { dataset, findings } = knownLoad(table.value, given satisfies RowOptions);
  for (const { at, problem } of findings) report(at, problem);
  return { ...dataset, images: false };
}

function checkFormats(
  paths: readonly string[],
  format: TableFormat,
  isGiven: (option: string) => boolean,
  wrong: CheckContext<typeof options>['report'],
): void {
  const formats = paths.map((path) => formatOf(path, format));
  const nameless = paths[formats.indexOf(undefined)];
  if (nameless !== undefined) {
    wrong('from', {
      code: 'bad-table',
      message: `the name \`${nameless.split(/[\\/]/).at(-1)}\` does not say what format the file has`,
      hint: 'give it: `format: csv`, or `tsv`, `json`, `jsonl`, `yaml`, `parquet`, `text`, `images`, `idx`',
    });
    return;
  }
  if (isGiven('header') && !formats.some((known) => known === 'csv' || known === 'tsv'))
    wrong('header', {
      code: 'option-without-effect',
      message: '`header` is for csv and tsv, and none of the files is',
      hint: 'remove `header`, or give `format: csv`',
    });
  if (isGiven('delimiter') && !formats.some((known) => known === 'csv' || known === 'tsv'))
    wrong('delimiter', {
      code: 'option-without-effect',
      message: '`delimiter` is for csv and tsv, and none of the files is',
      hint: 'remove `delimiter`, or give `format: csv`',
    });
  if (isGiven('pattern') && !formats.includes('text'))
    wrong('pattern', {
      code: 'option-without-effect',
      message: '`pattern` is for lines of text, and none of the files is read as such',
      hint: 'remove `pattern`, or give `format: text`',
    });
}

function checkDelimiter(delimiter: string | undefined, wrong: CheckContext<typeof options>['report']): void {
  if (delimiter === undefined || (delimiter.length === 1 && !/["\r\n]/.test(delimiter))) return;
  wrong('delimiter', {
    code: 'wrong-type',
    message: 'a delimiter is one character, and neither a quote nor a line end',
    hint: 'such as `";"`',
  });
}

function otherChecksum(name: string, digest: string) {
  return {
    code: 'bad-checksum',
    message: `\`${name}\` has the sha256 ${digest}`,
    hint: 'get the file again, or state this checksum if the file is right',
  } as const;
}

function sha256Of(checksum: string): string | undefined {
  return /^(?:sha256:)?([0-9a-f]{64})$/.exec(checksum.toLowerCase())?.[1];
}

function rows(n: number): string {
  return n === 1 ? '1 row was' : `${n} rows were`;
}

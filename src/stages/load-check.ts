// What is wrong with a `load` before it runs, and what is known of its rows. Reads nothing itself: tables are looked at through facts.
import type { StaticDataset } from './artifact.ts';
import type { TableFormat } from './facts.ts';
import { isImageName } from './image-names.ts';
import { otherChecksum, sha256Of } from './load-checksum.ts';
import { isPair } from './load-columns.ts';
import { loadsImages } from './load-image-sources.ts';
import { checkImages, forImages, knownImages, textAndImage } from './load-images-known.ts';
import type { loadOptions } from './load-options.ts';
import type { RowOptions } from './load-rows.ts';
import { knownLoad } from './load-static.ts';
import type { CheckContext } from './stage.ts';
import { linePattern } from './tables/pattern.ts';
import { formatOf, formatProblem } from './tables/read-table.ts';

type Context = CheckContext<typeof loadOptions>;

export function checkLoad(context: Context): StaticDataset {
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
    pairs: isPair(given.text),
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
  wrong: Context['report'],
): void {
  const formats = paths.map((path) => formatOf(path, format));
  const nameless = paths[formats.indexOf(undefined)];
  if (nameless !== undefined) {
    wrong('from', formatProblem(nameless.split(/[\\/]/).at(-1) ?? nameless));
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

function checkDelimiter(delimiter: string | undefined, wrong: Context['report']): void {
  if (delimiter === undefined || (delimiter.length === 1 && !/["\r\n]/.test(delimiter))) return;
  wrong('delimiter', {
    code: 'wrong-type',
    message: 'a delimiter is one character, and neither a quote nor a line end',
    hint: 'such as `";"`',
  });
}

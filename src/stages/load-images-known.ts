// What is known of a `load` of pictures before it runs, and what is wrong with it. Reads names and tables, no picture.
import type { StaticDataset } from './artifact.ts';
import { compareCodePoints } from './code-point-order.ts';
import { freeName } from './dataset.ts';
import type { TableFacts } from './facts.ts';
import { folderColumns, isImageName, namesInFolders } from './image-names.ts';
import { listed } from './learnt-classes.ts';
import { imageFormat } from './load-image-sources.ts';
import { imageColumn, ofImages, type ImageOptions } from './load-images.ts';
import type { RowOptions } from './load-rows.ts';
import { knownLoad } from './load-static.ts';
import type { CheckContext } from './stage.ts';

type Report = CheckContext<never>['report'];

/** Of pictures in folders and IDX files, and of a column that stands in no table. */
export function checkImages(
  paths: readonly string[],
  options: ImageOptions & { readonly text: unknown },
  given: (option: string) => boolean,
  report: Report,
): StaticDataset {
  for (const option of ['text', 'image', 'header', 'delimiter', 'pattern'] as const)
    if (given(option))
      report(option, {
        code: 'option-without-effect',
        message: `\`${option}\` is for tables, and these files are pictures`,
        hint: `remove \`${option}\``,
      });
  if (imageFormat(paths, options.format) === 'idx')
    return {
      type: 'dataset',
      columns: undefined,
      rows: undefined,
      labelled: true,
      labels: undefined,
      partition: undefined,
      images: true,
    };
  const strange = paths.filter((path) => !isImageName(path));
  if (strange.length > 0 && options.on_error === 'fail')
    report('from', {
      code: 'bad-image',
      message: `${listed(namesInFolders(strange))} cannot be ${strange.length > 1 ? 'pictures, by their names' : 'a picture, by its name'}`,
      hint: 'name the pictures only, such as `"pictures/*/*.png"`, or leave out what is none with `on_error: skip`',
    });
  return knownImages(factsOf(paths, options.on_error), { ...options, text: 'file' }, report);
}

/** `text` is the column that names the pictures. */
export function knownImages(table: TableFacts, options: RowOptions, report: Report): StaticDataset {
  const { dataset, findings } = knownLoad(table, options);
  for (const { at, problem } of findings.map(ofImages)) report(at, problem);
  const { columns } = dataset;
  const named = columns && [...columns, freeName(imageColumn, columns)];
  // Which pictures are broken shows when they are decoded.
  const uncertain = options.on_error === 'skip' && { rows: undefined, labels: undefined };
  return { ...dataset, columns: named, ...uncertain, images: true };
}

function factsOf(paths: readonly string[], onError: 'fail' | 'skip'): TableFacts {
  const values = folderColumns(namesInFolders(paths));
  return {
    columns: [...values.keys()],
    rows: onError === 'fail' ? paths.length : undefined,
    skipped: 0,
    missing: (column) => values.get(column)?.filter((value) => value === '').length,
    lists: () => false,
    counts(column) {
      const counts = new Map<string, number>();
      for (const value of values.get(column) ?? [])
        if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > 1000) return undefined;
      return [...counts]
        .map(([value, rows]) => ({ value, rows }))
        .sort((a, b) => compareCodePoints(a.value, b.value));
    },
  };
}

export const textAndImage = {
  code: 'not-supported',
  message: 'rows are texts or pictures, and here both are named',
  hint: 'remove `text` or `image`; the column stays in the rows all the same',
} as const;

export function forImages(option: string) {
  return {
    code: 'option-without-effect',
    message: `\`${option}\` is for pictures, and these rows are texts`,
    hint: `remove \`${option}\`, or name the column of the pictures: \`image: "…"\``,
  } as const;
}

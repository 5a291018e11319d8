// `load`: data files in, a dataset out.
import { Failure } from '../parser/diagnostic.ts';
import { rowsToRead } from './cost.ts';
import { writeDataset } from './dataset-file.ts';
import type { TableFormat } from './facts.ts';
import { checkLoad } from './load-check.ts';
import { otherChecksum, sha256Of } from './load-checksum.ts';
import { loadsImages } from './load-image-sources.ts';
import { loadImages } from './load-images.ts';
import { loadNotes } from './load-notes.ts';
import { loadOptions as options } from './load-options.ts';
import { loadRows } from './load-rows.ts';
import { defineStage, input } from './stage.ts';
import { stepFailure } from './step-failure.ts';
import { readTable } from './tables/read-table.ts';
import { problemOf } from './tables/table.ts';

export const load = defineStage({
  name: 'load',
  version: 6,
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
      doc: 'A path, a folder, a glob such as `"data/*.csv"`, or a list of them. Of a folder its files are read; where it has none, those of its folders, and so on.',
    }),
  },
  outputs: { '': { type: 'dataset', doc: 'The rows, in the order of the files.' } },
  randomness: () => false,
  reading: ({ format, header, delimiter = null, pattern = null }) => [format, header, delimiter, pattern],

  namedFiles(_, paths, options, facts) {
    const { image, format, header, pattern, delimiter, on_error: onError } = options;
    if (image === undefined || format === 'images' || format === 'idx') return { state: 'known', value: [] };
    const request = { paths, format, header, pattern, delimiter, onError };
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
    ) {
      const pictures = await loadImages(from, given, context);
      for (const note of loadNotes(pictures)) context.note(note);
      return writeDataset(context.output(), pictures);
    }
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

function rows(n: number): string {
  return n === 1 ? '1 row was' : `${n} rows were`;
}

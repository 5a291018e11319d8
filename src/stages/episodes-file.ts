// The rows of episodes and what was said of them, as a Parquet file that other tools open. Equal episodes give equal bytes.
import type { Episode } from '../learning/meta/episodes.ts';
import type { EpisodeScores } from '../learning/meta/score-episodes.ts';
import type { Dataset } from './dataset.ts';

export interface EpisodeRows {
  readonly rows: Dataset;
  /** Of the classes, as episodes number them. */
  readonly names: readonly string[];
  readonly episodes: readonly Episode[];
  readonly scores: EpisodeScores;
}

/** Columns `episode` (from 0), `row` (0-based row of the loaded data), `label`, and `predicted`: null for support rows. */
export async function episodesFile({ rows, names, episodes, scores }: EpisodeRows): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const [numbers, places, labels, predicted]: [number[], number[], string[], (string | null)[]] = [
    [],
    [],
    [],
    [],
  ];
  let asked = 0;
  for (const [number, { classes, support, queries }] of episodes.entries()) {
    const shots = support.length / classes.length;
    support.forEach((row, i) => {
      numbers.push(number);
      places.push(rows.source[row] ?? -1);
      labels.push(names[classes[Math.floor(i / shots)] ?? -1] ?? '');
      predicted.push(null);
    });
    for (const row of queries) {
      numbers.push(number);
      places.push(rows.source[row] ?? -1);
      labels.push(names[scores.truth[asked] ?? -1] ?? '');
      predicted.push(names[scores.predicted[asked] ?? -1] ?? '');
      asked += 1;
    }
  }
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'episode', data: numbers },
        { name: 'row', data: places },
        { name: 'label', data: labels },
        { name: 'predicted', data: predicted },
      ],
      schema: [
        { name: 'root', num_children: 4 },
        { name: 'episode', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'label', ...text, repetition_type: 'REQUIRED' },
        { name: 'predicted', ...text, repetition_type: 'OPTIONAL' },
      ],
      createdBy: 'fslrun',
    }),
  );
}

// What rows are called when talking to people.
import { shownText } from '../learning/text-pair.ts';
import { texts, type Dataset } from './dataset.ts';
import { isImageName } from './image-names.ts';

/** Texts; of pictures the files that a column of the rows names, where one does, as the names of their pixels say nothing to anyone. */
export function shownRows(dataset: Dataset): readonly string[] {
  return pictureFiles(dataset) ?? texts(dataset).map(shownText);
}

/** Nothing of texts, and of pictures that are in no files of their own. */
export function pictureFiles({ images, columns }: Dataset): readonly string[] | undefined {
  if (images === undefined) return undefined;
  const isFile = (value: unknown): boolean => typeof value === 'string' && isImageName(value);
  const files = [...columns.values()].find((column) => column.length > 0 && column.every(isFile));
  return files?.map(String);
}

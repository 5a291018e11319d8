// The rows of a table that sets fslrun beside another tool, split by split. Figures are in percent.
import { average, halfWidth } from '../statistics.mjs';

/** As a formatter of Markdown writes it: a cell of nothing is one space. */
export function markdownRow(cells) {
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
}

export function peerHead(ours, peer) {
  return ['set', 'splits', ours, peer, 'mean difference', '95 % interval'];
}

/** Of a set `{ name, splits, ours, theirs }`, both with a figure for each of `splits`. */
export function peerRow({ name, splits, ours, theirs }) {
  const differences = ours.map((value, i) => value - theirs[i]);
  return [
    name,
    String(splits.length),
    average(ours).toFixed(1),
    average(theirs).toFixed(1),
    ...around(differences),
  ];
}

/** Over the splits that all sets have, of their mean difference; no row where these are fewer than two, or the sets are. */
export function meanRows(sets) {
  const bySplit = new Map();
  for (const { splits, ours, theirs } of sets)
    splits.forEach((split, i) => {
      bySplit.set(split, [...(bySplit.get(split) ?? []), ours[i] - theirs[i]]);
    });
  const means = [...bySplit.values()].filter(({ length }) => length === sets.length).map(average);
  if (sets.length < 2 || means.length < 2) return [];
  return [['mean of all, in splits that all have', String(means.length), '', '', ...around(means)]];
}

function around(differences) {
  const [mean, half] = [average(differences), halfWidth(differences)];
  return [signed(mean), `${signed(mean - half)} … ${signed(mean + half)}`];
}

function signed(value) {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}

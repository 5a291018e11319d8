// How wide a text is in a terminal, and cutting and padding by that width. Knows colour codes and wide characters, no layout.

const colourCode = /\u001b\[[0-9;]*m/g;
const combining = /\p{M}|\u200b|\u200d|\ufe0f/u;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Columns that the text takes, colour codes left out. */
export function textWidth(text: string): number {
  let columns = 0;
  for (const character of text.replace(colourCode, '')) columns += characterWidth(character);
  return columns;
}

/** At most `columns` wide; what is cut away is marked by `…`. For text without colour codes. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let taken = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > columns - 1) break;
    taken += character;
    used += next;
  }
  return columns < 1 ? '' : `${taken}…`;
}

export function padText(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return side === 'right' ? text + space : space + text;
}

function characterWidth(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

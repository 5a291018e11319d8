// Colours of a terminal, or none: every renderer takes a `Paint` and never asks where its text goes.

const styles = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof styles;
export type Paint = Readonly<Record<Style, (text: string) => string>>;

export function paint(colour: boolean): Paint {
  const apply =
    (style: Style) =>
    (text: string): string => {
      const [on, off] = styles[style];
      return colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    };
  return {
    bold: apply('bold'),
    dim: apply('dim'),
    red: apply('red'),
    green: apply('green'),
    yellow: apply('yellow'),
    blue: apply('blue'),
    cyan: apply('cyan'),
  };
}

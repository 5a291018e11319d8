// Brackets and what is listed in them: on one line, or an item a line.
import {
  afterOpener,
  beforeCloser,
  choice,
  free,
  gap,
  group,
  indent,
  keepBlank,
  noBlank,
  token,
  type Doc,
} from './doc.ts';

const softLine = gap({ width: 0, breaks: 'group' });
const line = gap({ breaks: 'group' });

/** `[a, b]`; broken, with a comma behind the last as well. `fill`: as many on a line as fit. */
export function listed(
  open: string,
  items: readonly Doc[],
  close: string,
  breaks: 'group' | 'fill' = 'group',
): Doc {
  if (items.length === 0) return hollow(open, close);
  const between = gap({ breaks, blank: keepBlank, hang: false });
  return group([
    token(open),
    indent([
      { ...softLine, blank: afterOpener },
      items.map((item, i) => (i === 0 ? item : [free(','), between, item])),
      choice([], free(',')),
    ]),
    { ...softLine, blank: beforeCloser, deeper: true },
    token(close),
  ]);
}

function hollow(open: string, close: string): Doc {
  return group([token(open), { ...softLine, blank: noBlank, deeper: true }, token(close)]);
}

/** `{ a: 1, b: 2 }`; broken, an item a line without commas. */
export function blockDoc(items: readonly Doc[], broken: boolean): Doc {
  return group(openBlock(items), items.length > 0 && broken);
}

/** The same, on one line or broken as the group around it is. */
export function openBlock(items: readonly Doc[]): Doc {
  if (items.length === 0) return hollow('{', '}');
  const between = choice([free(','), gap()], gap({ breaks: 'group', blank: keepBlank }));
  return [
    token('{'),
    indent([
      { ...line, blank: afterOpener },
      items.map((item, i): Doc => (i === 0 ? item : [between, item])),
    ]),
    { ...line, blank: beforeCloser, deeper: true },
    token('}'),
  ];
}

// A drawing as an SVG picture: boxes laid out from left to right by dagre. Colours follow the reader's light or dark setting.
import type { StepState } from '../plan.ts';
import type { Box, Drawing } from './drawing.ts';
import { escapeXml } from './escape.ts';
import { layeredLayout, type Point } from './layered-layout.ts';
import { cutText, textWidth } from './text-width.ts';

const margin = 24;
const legendHeight = 36;
const height = { one: 50, two: 68 } as const;
/** Widths of a character at the sizes used below, in pixels; generous, because fonts differ. */
const character = { small: 6.4, large: 8.2 } as const;
const longest = 34;

interface Placed {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The picture as a complete document. Layout is deterministic: the same drawing gives the same bytes. */
export async function planSvg(drawing: Drawing): Promise<string> {
  const nodes = drawing.boxes.map((box) => ({ key: box.key, ...sizeOf(box) }));
  const layout = await layeredLayout(nodes, drawing.arrows, margin);
  const centre = (box: Box): Point => layout.centre(box.key);
  const upright = reading(drawing.boxes, centre);
  const placed = drawing.boxes.map((box): Placed => {
    const at = upright(centre(box));
    const size = sizeOf(box);
    return { box, x: at.x - size.width / 2, y: at.y - size.height / 2, ...size };
  });
  const places = new Map(placed.map((one) => [one.box.key, one]));
  const arrows = drawing.arrows.flatMap(([from, to]) => {
    const tail = places.get(from);
    const tip = places.get(to);
    if (tail === undefined || tip === undefined) return [];
    const bends = [
      { x: tail.x + tail.width, y: tail.y + tail.height / 2 },
      ...layout
        .bends(from, to)
        .slice(1, -1)
        .map(upright)
        .filter((point) => point.x > tail.x + tail.width && point.x < tip.x),
      { x: tip.x - 1, y: tip.y + tip.height / 2 },
    ];
    return [`<path class="arrow" d="${curve(bends)}" marker-end="url(#head)"/>`];
  });
  const right = Math.max(...placed.map((one) => one.x + one.width), 200) + margin;
  const bottom = Math.max(...placed.map((one) => one.y + one.height), margin) + margin;
  const legend = legendOf(drawing.boxes, bottom);
  const total = bottom + (legend === '' ? 0 : legendHeight);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(right)}" height="${round(total)}" viewBox="0 0 ${round(right)} ${round(total)}" role="img" aria-label="${escapeXml(drawing.title)}">`,
    `<title>${escapeXml(drawing.title)}</title>`,
    `<style>${styleSheet}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0.5 8 4 0 7.5z"/></marker></defs>',
    `<rect class="page" width="100%" height="100%" rx="10"/>`,
    ...arrows,
    ...placed.map(boxSvg),
    ...(legend === '' ? [] : [legend]),
    '</svg>',
    '',
  ].join('\n');
}

/** dagre may put the first instance of a stage at the bottom; then the picture is turned over, so that it reads downwards. */
function reading(boxes: readonly Box[], centre: (box: Box) => Point): (point: Point) => Point {
  const heights = boxes.map((box) => centre(box).y);
  const turned = boxes.some((box, i) => {
    const next = boxes.findIndex((other, j) => j > i && other.name === box.name);
    return next !== -1 && (heights[i] ?? 0) > (heights[next] ?? 0);
  });
  const sum = Math.min(...heights) + Math.max(...heights);
  return turned ? ({ x, y }) => ({ x, y: sum - y }) : (point) => point;
}

function boxSvg({ box, x, y, width, height: tall }: Placed): string {
  const state = box.state ?? 'plain';
  const lines = [
    `<text class="kind" x="14" y="18">${escapeXml(box.kind)}</text>`,
    box.state === undefined
      ? ''
      : `<text class="status ${state}" x="${round(width - 10)}" y="18">${escapeXml(box.status)}</text>`,
    `<text class="name" x="14" y="38">${escapeXml(cutText(box.name, longest))}</text>`,
    box.instance === ''
      ? ''
      : `<text class="keys" x="14" y="56">${escapeXml(cutText(box.instance, longest))}</text>`,
  ];
  return [
    `<g transform="translate(${round(x)} ${round(y)})"><title>${escapeXml(box.tooltip)}</title>`,
    `<rect class="box" width="${round(width)}" height="${tall}" rx="8"/>`,
    `<path class="bar ${state}" d="M8 0H5a5 5 0 0 0-5 5v${tall - 10}a5 5 0 0 0 5 5h0V0z"/>`,
    ...lines.filter((line) => line !== ''),
    '</g>',
  ].join('');
}

function sizeOf(box: Box): { readonly width: number; readonly height: number } {
  const first = (textWidth(box.kind) + textWidth(box.status) + 2) * character.small;
  const name = textWidth(cutText(box.name, longest)) * character.large;
  const keys = textWidth(cutText(box.instance, longest)) * character.small;
  const width = Math.ceil(Math.max(96, Math.max(first, name, keys) + 28));
  return { width, height: box.instance === '' ? height.one : height.two };
}

/** A smooth line through the points, leaving and arriving level. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let from = first;
  for (const to of rest) {
    const middle = round((from.x + to.x) / 2);
    path += `C${middle} ${round(from.y)} ${middle} ${round(to.y)} ${round(to.x)} ${round(to.y)}`;
    from = to;
  }
  return path;
}

function legendOf(boxes: readonly Box[], y: number): string {
  const words: Readonly<Record<StepState, string>> = {
    cached: 'cached: taken from the store',
    run: 'run',
    pending: 'pending: waits for a step that runs',
  };
  let x = margin;
  const entries = (['cached', 'run', 'pending'] as const)
    .filter((state) => boxes.some((box) => box.state === state))
    .map((state) => {
      const entry = `<g transform="translate(${round(x)} ${round(y)})"><rect class="bar ${state}" width="10" height="10" rx="3"/><text class="keys" x="16" y="9">${words[state]}</text></g>`;
      x += textWidth(words[state]) * character.small + 40;
      return entry;
    });
  return entries.join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

interface Colours {
  readonly page: string;
  readonly box: string;
  readonly line: string;
  readonly text: string;
  readonly soft: string;
  readonly states: Readonly<Record<StepState | 'plain', string>>;
}

const light: Colours = {
  page: '#ffffff',
  box: '#f7f8fa',
  line: '#cdd3dc',
  text: '#17202e',
  soft: '#5b6676',
  states: { cached: '#2f8f4e', run: '#b76e00', pending: '#2c6fbb', plain: '#7b8798' },
};

const dark: Colours = {
  page: '#14181f',
  box: '#1e242e',
  line: '#3a4453',
  text: '#e8ecf2',
  soft: '#9aa6b6',
  states: { cached: '#57c47a', run: '#f0ab45', pending: '#6fb1f5', plain: '#8a97a8' },
};

/** Colours are written out: viewers other than browsers know no custom properties. */
function rules({ page, box, line, text, soft, states }: Colours): string {
  const perState = Object.entries(states).map(([state, colour]) => `.${state}{fill:${colour}}`);
  return [
    `.page{fill:${page}}.box{fill:${box};stroke:${line}}.kind,.keys{fill:${soft}}.name{fill:${text}}`,
    ...perState,
    `.arrow{fill:none;stroke:${states.plain}}.tip{fill:${states.plain}}`,
  ].join('');
}

const styleSheet = [
  'text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}',
  '.kind,.keys,.status{font-size:11px}.name{font-size:14px;font-weight:600}',
  '.status{text-anchor:end;font-weight:600}.arrow{stroke-width:1.4px}',
  rules(light),
  `@media (prefers-color-scheme:dark){${rules(dark)}}`,
].join('');

import { describe, expect, test } from 'vitest';
import { drawing } from '../../src/runtime/report/drawing.ts';
import { planGraph } from '../../src/runtime/report/graph.ts';
import { planDot } from '../../src/runtime/report/plan-dot.ts';
import { planJson } from '../../src/runtime/report/plan-json.ts';
import { planMermaid } from '../../src/runtime/report/plan-mermaid.ts';
import { planSvg } from '../../src/runtime/report/plan-svg.ts';
import { planOf, seedsPlan } from './samples.ts';

const awkward = planOf([['a"<b>&', 'load', [], 'run', 'a \\ "why" <& ]]>']], 'my "first".fsl');

describe('drawings of a plan', () => {
  test('have one box a step, and one a stage above 60', () => {
    expect(drawing(planGraph(seedsPlan())).boxes).toHaveLength(11);
    const many = planOf([
      ['a', 'load', [], 'cached'],
      ...Array.from(
        { length: 80 },
        (_, i) => [`b[seed=${i}]`, 'split', ['a'], i === 7 ? 'run' : 'cached'] as const,
      ),
    ]);
    const { boxes, arrows } = drawing(planGraph(many));
    expect(boxes.map(({ name, instance, status }) => [name, instance, status])).toEqual([
      ['a', '', 'cached'],
      ['b', '×80 seed=0…79', '1 run, 79 cached'],
    ]);
    expect(arrows).toEqual([['n0', 'n1']]);
  });

  test('in DOT: all boxes, all arrows, everything quoted', () => {
    const dot = planDot(drawing(planGraph(seedsPlan())));
    expect(dot.match(/^ {2}n\d+ \[label=/gm)).toHaveLength(11);
    expect(dot.match(/^ {2}n\d+ -> n\d+;$/gm)).toHaveLength(seedsPlan().edges.length);
    expect(planDot(drawing(planGraph(awkward)))).toContain(
      'tooltip="a\\"<b>&\\nrun: a \\\\ \\"why\\" <& ]]>"',
    );
  });

  test('in Mermaid: all boxes, all arrows, states as classes', () => {
    const text = planMermaid(drawing(planGraph(seedsPlan())));
    expect(text).toContain('["fine-tune <b>model</b><br/>seed=42<br/>run"]:::run');
    expect(text.match(/-->/g)).toHaveLength(seedsPlan().edges.length);
    expect(planMermaid(drawing(planGraph(awkward)))).toContain('<b>a#34;#60;b#62;#38;</b>');
  });

  test('in SVG: well-formed, boxes apart, tooltips from the documentation', async () => {
    const docs = new Map([['messages', 'What customers write.']]);
    const svg = await planSvg(drawing(planGraph(seedsPlan(), docs)));
    expect(openTags(svg)).toEqual([]);
    expect(svg).toContain('<title>messages\nWhat customers write.\ncached</title>');
    expect(overlaps(svg)).toEqual([]);
    expect(await planSvg(drawing(planGraph(seedsPlan(), docs)))).toBe(svg);
  });

  test('in SVG: whatever names and reasons contain', async () => {
    const svg = await planSvg(drawing(planGraph(awkward)));
    expect(openTags(svg)).toEqual([]);
    expect(svg).toContain('a&quot;&lt;b&gt;&amp;');
  });

  test('in JSON: the plan itself', () => {
    expect(JSON.parse(planJson(seedsPlan()))).toEqual(seedsPlan());
  });
});

/** Tags that are opened and not closed, or closed and not opened; entities that are not XML's. */
function openTags(svg: string): readonly string[] {
  const open: string[] = [];
  const wrong = [...svg.matchAll(/&(?!amp;|lt;|gt;|quot;|#\d+;)/g)].map((match) => match[0]);
  for (const [, close, name = '', self] of svg.matchAll(/<(\/?)([a-zA-Z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (self === '/') continue;
    if (close === '/') {
      if (open.pop() !== name) wrong.push(name);
    } else open.push(name);
  }
  return [...open, ...wrong];
}

/** Pairs of boxes that cover each other. */
function overlaps(svg: string): readonly string[] {
  const boxes = [
    ...svg.matchAll(
      /translate\(([\d.]+) ([\d.]+)\)"><title>[^<]*<\/title><rect class="box" width="([\d.]+)" height="([\d.]+)"/g,
    ),
  ].map((match) => match.slice(1).map(Number));
  expect(boxes).toHaveLength(11);
  return boxes.flatMap(([x = 0, y = 0, w = 0, h = 0], i) =>
    boxes
      .slice(i + 1)
      .filter(([a = 0, b = 0, c = 0, d = 0]) => x < a + c && a < x + w && y < b + d && b < y + h)
      .map((other) => `${x},${y} ${other.join()}`),
  );
}

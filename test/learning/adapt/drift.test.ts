// Drift tests against river's on the same streams, and what holds for any stream.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAdwin, type Adwin } from '../../../src/learning/adapt/adwin.ts';
import { createDdm } from '../../../src/learning/adapt/ddm.ts';
import { binsOf, stabilityIndex } from '../../../src/learning/adapt/psi.ts';
import { fixture } from './fixture.ts';

const bits = (name: string): readonly (0 | 1)[] =>
  [...(fixture.streams[name] ?? '')].map((bit) => (bit === '1' ? 1 : 0));
const widthOf = (adwin: Adwin): number => adwin.state().buckets.reduce((sum, { size }) => sum + size, 0);
const names = Object.keys(fixture.streams);

describe('ADWIN', () => {
  test.each(names)("gives river's alarms and window: %s", (name) => {
    for (const { delta, clock, alarms, width } of fixture.adwin[name] ?? []) {
      let adwin = createAdwin({ delta, clock });
      let fresh = false;
      const found = bits(name).flatMap((bit, i) => {
        // river starts anew behind an alarm, where the paper keeps the newer part of the window.
        if (fresh) adwin = createAdwin({ delta, clock });
        fresh = adwin.add(bit) !== 'none';
        return fresh ? [i] : [];
      });
      expect(found).toEqual(alarms);
      expect(widthOf(adwin)).toBe(width);
    }
  });

  test('says on which side the mean is now', () => {
    const sides = (name: string) => {
      const adwin = createAdwin({ delta: 0.002, clock: 32 });
      return bits(name)
        .map((bit) => adwin.add(bit))
        .filter((change) => change !== 'none');
    };
    const distinct = (name: string) => sides(name).filter((change, i, all) => change !== all[i - 1]);
    expect(distinct('jump')).toEqual(['rise']);
    expect(distinct('fall')).toEqual(['fall']);
    expect(distinct('three levels')).toEqual(['rise', 'fall']);
  });

  test('keeps the newer part of the window', () => {
    const adwin = createAdwin({ delta: 0.002, clock: 32 });
    for (const bit of bits('jump')) adwin.add(bit); // 500 values of the new level
    expect(widthOf(adwin)).toBeGreaterThan(450);
    expect(widthOf(adwin)).toBeLessThan(550);
    const { buckets } = adwin.state();
    expect(buckets.reduce((sum, { total }) => sum + total, 0) / widthOf(adwin)).toBeGreaterThan(0.4);
  });

  test('goes on from its state, and keeps little of a long stream', () => {
    const whole = createAdwin({ delta: 0.002, clock: 32 });
    const stream = bits('three levels');
    const expected = stream.map((bit) => whole.add(bit));
    let part = createAdwin({ delta: 0.002, clock: 32 });
    const found = stream.map((bit, i) => {
      if (i % 100 === 50)
        part = createAdwin(
          { delta: 0.002, clock: 32 },
          JSON.parse(JSON.stringify(part.state())) as ReturnType<typeof part.state>,
        );
      return part.add(bit);
    });
    expect(found).toEqual(expected);
    expect(part.state()).toEqual(whole.state());
    const long = createAdwin({ delta: 0.002, clock: 32 });
    for (let i = 0; i < 20_000; i += 1) long.add(i % 3 === 0 ? 1 : 0);
    expect(long.state().buckets.length).toBeLessThan(5 * 15);
  });

  test('gives no alarm where nothing changes at all', () => {
    fc.assert(
      fc.property(
        fc.float({ min: -5, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 150 }),
        (value, n) => {
          const adwin = createAdwin({ delta: 0.5, clock: 1 });
          for (let i = 0; i < n; i += 1) expect(adwin.add(value)).toBe('none');
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('DDM', () => {
  const settings = { deviations: 3, warmUp: 30 };

  test.each(names)("gives river's alarms: %s", (name) => {
    const ddm = createDdm(settings);
    expect(bits(name).flatMap((bit, i) => (ddm.add(bit) ? [i] : []))).toEqual(fixture.ddm[name]);
  });

  test('goes on from its state', () => {
    let ddm = createDdm(settings);
    const found = bits('slope').flatMap((bit, i) => {
      ddm = createDdm(settings, ddm.state());
      return ddm.add(bit) ? [i] : [];
    });
    expect(found).toEqual(fixture.ddm['slope']);
  });
});

describe('the population stability index', () => {
  test('is what numpy makes of the same bins', () => {
    const { before, now, bins, psi } = fixture.psi;
    expect(stabilityIndex(binsOf(before, bins), now)).toBeCloseTo(psi, 12);
  });

  test('is 0 for the same values and never below', () => {
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 5,
      maxLength: 60,
    });
    fc.assert(
      fc.property(values, values, fc.integer({ min: 2, max: 10 }), (before, now, bins) => {
        expect(stabilityIndex(binsOf(before, bins), before)).toBe(0);
        expect(stabilityIndex(binsOf(before, bins), now)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 100 },
    );
  });
});

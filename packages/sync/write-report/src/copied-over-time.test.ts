import fc from "fast-check";
import { expect, test } from "vitest";
import { copiedOverTime } from "./copied-over-time.ts";

test("however long a run, no object is lost and there are never more spans than fit", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5000, max: 90_000_000 })), (times) => {
      const timeline = copiedOverTime(0);
      for (const time of times) timeline.add(time);

      const { counts, width } = timeline;
      expect(counts.length).toBeLessThanOrEqual(120);
      const expected = new Array<number>(counts.length).fill(0);
      for (const time of times) {
        const span = Math.max(0, Math.floor(time / width));
        expected[span] = (expected[span] ?? 0) + 1;
      }
      expect(counts).toEqual(expected);
    }),
  );
});

test("spans double once a run has outlasted them", () => {
  const timeline = copiedOverTime(1000);
  timeline.add(1000);
  timeline.add(2500);
  expect([timeline.width, timeline.counts]).toEqual([1000, [1, 1]]);
  timeline.add(121_000);
  expect(timeline.width).toBe(2000);
  expect(timeline.counts).toHaveLength(61);
  expect(timeline.counts[0]).toBe(2);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addSummary,
  addValue,
  emptySummary,
  percentile,
  readBuckets,
  type Summary,
  writeBuckets,
} from "./summary.ts";

const summaryOf = (values: readonly number[]): Summary => {
  const summary = emptySummary();
  for (const value of values) addValue(summary, value);
  return summary;
};
const value = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.integer({ min: -10, max: 10 }),
);
const values = fc.array(value, { minLength: 1, maxLength: 60 });

test("a percentile is within 1 % of a value that has that rank", () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
      const sorted = list.toSorted((one, other) => one - other);
      const found = percentile(summaryOf(list), share) ?? Number.NaN;
      // Fractions of a rank are rounded by no rule that matters: either neighbour will do.
      const ranks = [Math.floor(share * list.length), Math.ceil(share * list.length)];
      const near = ranks.some((rank) => {
        const exact = sorted[Math.max(0, rank - 1)] ?? 0;
        return Math.abs(found - exact) <= Math.abs(exact) * 0.0101 + 1e-8;
      });
      expect(near).toBe(true);
    }),
  );
});

test("two summaries together are the summary of all their values", () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      const together = summaryOf(one);
      addSummary(together, summaryOf(other));
      const all = summaryOf([...one, ...other]);
      expect(together.count).toBe(all.count);
      expect(together.minimum).toBe(all.minimum);
      expect(together.maximum).toBe(all.maximum);
      expect(new Map([...together.buckets].sort())).toEqual(new Map([...all.buckets].sort()));
    }),
  );
});

test("buckets are the same after they were written and read", () => {
  fc.assert(
    fc.property(values, (list) => {
      const { buckets } = summaryOf(list);
      expect(readBuckets(writeBuckets(summaryOf(list)))).toEqual(buckets);
    }),
  );
});

test("values of every size take a bounded number of buckets, and the high percentiles stay exact", () => {
  const summary = emptySummary();
  for (let exponent = -8; exponent < 60; exponent += 0.01) addValue(summary, 10 ** exponent);

  expect(summary.buckets.size).toBeLessThanOrEqual(1024);
  const p99 = percentile(summary, 0.99) ?? 0;
  expect(Math.abs(Math.log10(p99) - (-8 + 68 * 0.99))).toBeLessThan(0.03);
});

test("values that came as statistics only have no percentiles, unless they are all the same", () => {
  const set = { ...emptySummary(), count: 3, sum: 6, minimum: 1, maximum: 3 };
  expect(percentile(set, 0.5)).toBeUndefined();
  expect(percentile({ ...set, minimum: 2, maximum: 2 }, 0.5)).toBe(2);
});

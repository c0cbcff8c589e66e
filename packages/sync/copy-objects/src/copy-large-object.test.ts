import fc from "fast-check";
import { expect, test } from "vitest";
import { partSizeOf, rangesOf } from "./copy-large-object.ts";

const terabyte = 1e12;

test("parts are the object, one after the other, and no more than S3 takes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 * terabyte }), (size) => {
      const partSize = partSizeOf(size);
      expect(partSize).toBeLessThanOrEqual(5 * 1024 ** 3);
      expect(Math.ceil(size / partSize)).toBeLessThanOrEqual(10_000);
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 99 }),
      (size, part) => {
        let next = 0;
        for (const range of rangesOf(size, part)) {
          const [first = -1, last = -1] = range.slice("bytes=".length).split("-").map(Number);
          expect(first).toBe(next);
          expect(last - first + 1).toBeLessThanOrEqual(part);
          next = last + 1;
        }
        expect(next).toBe(size);
      },
    ),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { concurrently } from "./concurrently.ts";
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

test("no more than the limit runs at a time, and results keep their places", async () => {
  let running = 0;
  let most = 0;
  const results = await concurrently([5, 1, 4, 2, 3], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test("an error ends the run after what is under way", async () => {
  const begun: number[] = [];
  const running = concurrently([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    await Promise.resolve();
    if (item === 0) throw new Error("broken");
  });
  await expect(running).rejects.toThrow("broken");
  expect(begun).toEqual([0, 1]);
});

import { describe, expect, test } from "vitest";
import { layouts, measure } from "./testing/measure-layouts.ts";

/** Of 12 megapixels: what most phones make. */
const size = [4000, 3000] as const;

/**
 * In bytes. The estimate of what a decoder holds is compared with a whole process, in which a picture with
 * alpha is also made into PNGs.
 */
const tolerance = 80_000_000;

describe.runIf(process.platform === "linux")("the memory that decoding takes is foreseen", () => {
  test.each(layouts)("of a %s", async (_, make) => {
    const { estimated, taken, leftBehind } = await measure(make, size);
    expect(taken).toBeLessThan(estimated + tolerance);
    expect(leftBehind).toEqual([]);
  });

  test("of a PNG as wide as none should be", async () => {
    const [, make] = layouts.find(([name]) => name === "PNG with alpha") ?? [];
    if (make === undefined) throw new Error("No such layout");
    const { estimated, taken } = await measure(make, [200_000, 100]);
    expect(taken).toBeLessThan(estimated + tolerance);
    expect(estimated).toBeLessThan(taken * 2);
  });
});

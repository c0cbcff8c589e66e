import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitOf, limits, routeOf } from "./rekognition-limits.ts";

const key = "Incoming/ann/summer/sea.jpg";
const jpeg = { format: "JPEG", width: 4000, height: 3000, fileSize: 4_000_000 } as const;
const megabytes = (count: number) => count * 1024 * 1024;

describe("a photo gets to Rekognition", () => {
  test.each([
    ["as an object", "object", key, jpeg],
    ["as an object of 15 MB", "object", key, { ...jpeg, fileSize: megabytes(15) }],
    ["converted above 15 MB", "converted", key, { ...jpeg, fileSize: megabytes(15) + 1 }],
    ["as an object of 80 × 10,000 px", "object", key, { ...jpeg, width: 80, height: 10_000 }],
    ["converted below 80 px", "converted", key, { ...jpeg, width: 79 }],
    ["converted above 10,000 px", "converted", key, { ...jpeg, height: 10_001 }],
    ["as a PNG", "object", key, { ...jpeg, format: "PNG" as const }],
    ["converted from WebP", "converted", key, { ...jpeg, format: "WEBP" as const }],
    [
      "as bytes when its key has a space, which Rekognition refuses",
      "bytes",
      "Incoming/a/b/at sea.jpg",
      jpeg,
    ],
    [
      "converted when its key has a space and it is above 5 MB",
      "converted",
      "Incoming/a/b/at sea.jpg",
      { ...jpeg, fileSize: megabytes(5) + 1 },
    ],
  ])("%s", (_, route, name, photo) => {
    expect(routeOf(name, photo)).toBe(route);
  });
});

describe("fitOf", () => {
  test.each([
    [8000, 6000, { width: 2048, height: 1536, right: 0, bottom: 0 }],
    [640, 480, { width: 640, height: 480, right: 0, bottom: 0 }],
    [40, 30, { width: 107, height: 80, right: 0, bottom: 0 }],
    [1, 1, { width: 80, height: 80, right: 0, bottom: 0 }],
    [10_000, 1, { width: 10_000, height: 1, right: 0, bottom: 79 }],
    [12_000, 300, { width: 3200, height: 80, right: 0, bottom: 0 }],
    [1, 40_000, { width: 1, height: 10_000, right: 79, bottom: 0 }],
  ])("%i × %i", (width, height, fit) => {
    expect(fitOf(width, height)).toEqual(fit);
  });

  test("any size becomes one that Rekognition takes", () => {
    const side = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const fit = fitOf(width, height);
        for (const total of [fit.width + fit.right, fit.height + fit.bottom]) {
          expect(total).toBeGreaterThanOrEqual(limits.shortestSide);
          expect(total).toBeLessThanOrEqual(limits.longestSide);
        }
      }),
    );
  });
});

import { expect, test } from "vitest";
import { fastDetector } from "./fast-detector.ts";
import { thingNames } from "./labels/thing-names.ts";

const detector = fastDetector();

function bytes(seed: number): Buffer {
  return Buffer.from(`picture ${seed}`);
}

test("finds the same in the same bytes, and something else in others", async () => {
  const first = await detector.look("detect", bytes(1));
  expect(await fastDetector().look("detect", bytes(1))).toEqual(first);
  expect(await detector.look("detect", bytes(2))).not.toEqual(first);
});

test("finds one to four things in every picture, and over many pictures all of them", async () => {
  const seen = new Set<number>();
  for (let seed = 0; seed < 1000; seed++) {
    const found = await detector.look("detect", bytes(seed));
    expect(found.length).toBeGreaterThanOrEqual(1);
    expect(found.length).toBeLessThanOrEqual(4);
    for (const { thing, confidence, box } of found) {
      seen.add(thing);
      expect(confidence).toBeGreaterThanOrEqual(70);
      expect(confidence).toBeLessThan(100);
      expect(box.left + box.width).toBeLessThanOrEqual(1);
      expect(box.top + box.height).toBeLessThanOrEqual(1);
    }
  }
  expect(seen.size).toBe(thingNames.length);
});

test("finds every picture fit to be shown", async () => {
  const { neutral, porn, hentai, sexy } = await detector.look("classify", bytes(1));
  expect([neutral, porn, hentai, sexy]).toEqual([1, 0, 0, 0]);
});

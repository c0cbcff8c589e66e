import { expect, test } from "vitest";
import { readDetections } from "./read-detections.ts";

/** A picture of 3:2 in a square of 512. */
const picture = { left: 0, top: 85, width: 512, height: 342 };

test("gives boxes in fractions of the picture, without the bars beside it", () => {
  const [detection] = readDetections([128, 170.5, 384, 256, 0.9, 2], picture);
  expect(detection?.thing).toBe(2);
  expect(detection?.box).toEqual({ left: 0.25, top: 0.25, width: 0.5, height: 0.25 });
});

test("cuts a box at the picture's edge, and leaves out one that is not in it", () => {
  const [detection, ...others] = readDetections(
    [-10, 85, 256, 600, 0.9, 0, 100, 10, 200, 80, 0.8, 0],
    picture,
  );
  expect(detection?.box).toEqual({ left: 0, top: 0, width: 0.5, height: 1 });
  expect(others).toEqual([]);
});

test("leaves out rows with NaN, without a score or of no kind", () => {
  const rows = [
    [Number.NaN, 100, 200, 200, 0.9, 0],
    [100, 100, 200, 200, Number.NaN, 0],
    [100, 100, 200, 200, 0, 0],
    [100, 100, 200, 200, 0.9, 80],
    [100, 100, 200, 200, 0.9, -1],
  ];
  expect(readDetections(rows.flat(), picture)).toEqual([]);
});

test("makes of the score a confidence between 0 and 100 that grows with it", () => {
  const confidences = [0.01, 0.26, 0.3, 0.5, 0.8, 1].map(
    (score) => readDetections([100, 100, 200, 200, score, 0], picture)[0]?.confidence ?? Number.NaN,
  );
  expect(confidences.map(Math.round)).toEqual([8, 50, 60, 92, 100, 100]);
  expect(Math.max(...confidences)).toBeLessThanOrEqual(100);
});

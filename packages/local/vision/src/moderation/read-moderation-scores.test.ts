import fc from "fast-check";
import { expect, test } from "vitest";
import type { ModerationScores } from "./moderation-scores.ts";
import { readModerationScores } from "./read-moderation-scores.ts";

const none: ModerationScores = { drawing: 0, hentai: 0, neutral: 0, porn: 0, sexy: 0 };

/** The confidence of Explicit Nudity and of Non-Explicit Nudity. */
function confidences(scores: Partial<ModerationScores>): number[] {
  return readModerationScores({ ...none, ...scores }).map(({ confidence }) => confidence);
}

test("names what is found", () => {
  expect(readModerationScores(none).map(({ name }) => name)).toEqual([
    "Explicit Nudity",
    "Non-Explicit Nudity",
  ]);
});

test("photographs and drawings add up", () => {
  expect(confidences({ porn: 0.5, hentai: 0.3 })[0]).toBeCloseTo(50);
});

test("what clean photos score is far from suspect", () => {
  const [explicit = 100, suggestive = 100] = confidences({ porn: 0.2, sexy: 0.97 });
  expect(explicit).toBeLessThan(20);
  expect(suggestive).toBeLessThan(25);
});

test("rises with each score from 0 to 100, also where sums are rounded beyond 1", () => {
  expect(confidences({ neutral: 1 })).toEqual([0, 0]);
  expect(confidences({ porn: 1, hentai: 1e-7, sexy: 1.0000001 })).toEqual([100, 100]);
  const score = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(score, score, (one, other) => {
      const lower = confidences({ porn: Math.min(one, other), sexy: Math.min(one, other) });
      const higher = confidences({ porn: Math.max(one, other), sexy: Math.max(one, other) });
      for (const [index, confidence] of lower.entries()) {
        expect(higher[index]).toBeGreaterThanOrEqual(confidence);
      }
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, keepDistinct } from "./keep-distinct.ts";

function candidate(thing: number, score: number, left: number, width = 10): Candidate {
  return { thing, score, left, top: 0, right: left + width, bottom: 10 };
}

test("keeps the likeliest of several boxes on one thing", () => {
  const best = candidate(0, 0.9, 1);
  expect(keepDistinct([candidate(0, 0.5, 0), best, candidate(0, 0.4, 2)])).toEqual([best]);
});

test("keeps two of a kind side by side, and one before the other of another kind", () => {
  const beside = [candidate(0, 0.9, 0), candidate(0, 0.8, 6)];
  expect(keepDistinct(beside)).toEqual(beside);
  const before = [candidate(0, 0.9, 0), candidate(1, 0.8, 2)];
  expect(keepDistinct(before)).toEqual(before);
});

test("keeps one of two names for the same place", () => {
  expect(keepDistinct([candidate(0, 0.4, 0), candidate(1, 0.5, 0)])).toEqual([
    candidate(1, 0.5, 0),
  ]);
});

test("drops nothing that stands alone, and a second pass changes nothing", () => {
  const anyCandidate = fc
    .record({
      thing: fc.nat(2),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      left: fc.nat(50),
      top: fc.nat(50),
      width: fc.integer({ min: 1, max: 50 }),
      height: fc.integer({ min: 1, max: 50 }),
    })
    .map(({ left, top, width, height, ...rest }) => ({
      ...rest,
      left,
      top,
      right: left + width,
      bottom: top + height,
    }));
  fc.assert(
    fc.property(fc.array(anyCandidate, { maxLength: 40 }), (candidates) => {
      const kept = keepDistinct(candidates);
      expect(keepDistinct(kept)).toEqual(kept);
      const touches = (one: Candidate, other: Candidate) =>
        one.left < other.right &&
        other.left < one.right &&
        one.top < other.bottom &&
        other.top < one.bottom;
      for (const one of candidates) {
        expect(kept.some((other) => other === one || touches(one, other))).toBe(true);
      }
    }),
  );
});

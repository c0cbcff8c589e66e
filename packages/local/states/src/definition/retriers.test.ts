import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Retrier, retryDelayMs } from "./retriers.ts";

const retrier: Retrier = {
  errors: ["States.ALL"],
  intervalSeconds: 3,
  backoffRate: 2,
  maxAttempts: 9,
  maxDelaySeconds: undefined,
  fullJitter: false,
};

const anyRetrier = fc.record({
  errors: fc.constant(["States.ALL"]),
  intervalSeconds: fc.integer({ min: 0, max: 99_999_999 }),
  backoffRate: fc.double({ min: 1, max: 10, noNaN: true }),
  maxAttempts: fc.integer({ min: 0, max: 99_999_999 }),
  maxDelaySeconds: fc.option(fc.integer({ min: 1, max: 31_622_400 }), { nil: undefined }),
  fullJitter: fc.boolean(),
});

describe("retryDelayMs", () => {
  it("grows by the backoff rate up to the cap", () => {
    const capped = { ...retrier, maxDelaySeconds: 10 };
    const delays = [0, 1, 2, 3].map((attempt) => retryDelayMs(capped, attempt, () => 0.5));
    expect(delays).toEqual([3000, 6000, 10_000, 10_000]);
  });

  it("leaves a random share of the delay, after the cap, with full jitter", () => {
    const jittered = { ...retrier, fullJitter: true, maxDelaySeconds: 10 };
    expect(retryDelayMs(jittered, 5, () => 0.25)).toBe(2500);
    expect(retryDelayMs(jittered, 0, () => 0)).toBe(0);
  });

  it("is a finite number between nothing and the full delay, never less for a later attempt", () => {
    fc.assert(
      fc.property(
        anyRetrier,
        fc.nat(2000),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (given, attempt, share) => {
          const full = retryDelayMs({ ...given, fullJitter: false }, attempt, () => share);
          const delay = retryDelayMs(given, attempt, () => share);
          expect(Number.isSafeInteger(full)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(full);
          expect(full).toBeLessThanOrEqual(
            (given.maxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000,
          );
          expect(
            retryDelayMs({ ...given, fullJitter: false }, attempt + 1, () => share),
          ).toBeGreaterThanOrEqual(full);
        },
      ),
    );
  });

  it("draws nothing without jitter", () => {
    retryDelayMs(retrier, 1, () => {
      throw new Error("drawn");
    });
  });
});

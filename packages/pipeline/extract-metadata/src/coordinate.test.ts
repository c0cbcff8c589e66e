import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coordinateOf } from "./coordinate.ts";

const latitude = (value: unknown, reference: unknown = "N") =>
  coordinateOf(value, reference, ["N", "S"], 90);

describe("coordinateOf", () => {
  test("keeps what the camera wrote", () => {
    expect(latitude([51, 30, 30.12])).toEqual({ D: 51, M: 30, S: 30.12, Direction: "N" });
  });

  test.each([
    [[51.5, 0, 0], { D: 51, M: 30, S: 0 }],
    [[51, 30.25, 0], { D: 51, M: 30, S: 15 }],
    [[51, 59, 60], { D: 52, M: 0, S: 0 }],
    [[51], { D: 51, M: 0, S: 0 }],
  ])("%j is %o", (value, plain) => {
    expect(latitude(value)).toEqual({ ...plain, Direction: "N" });
  });

  test.each([
    ["not a number", [Number.NaN, 0, 0], "N"],
    ["infinite", [51, Number.POSITIVE_INFINITY, 0], "N"],
    ["negative", [-51, 0, 0], "N"],
    ["beyond the pole", [90, 0, 1], "N"],
    ["without a direction", [51, 0, 0], undefined],
    ["with a longitude's direction", [51, 0, 0], "E"],
    ["empty", [], "N"],
    ["no list", "51", "N"],
  ])("%s is no place", (_, value, reference) => {
    expect(coordinateOf(value, reference, ["N", "S"], 90)).toBeUndefined();
  });

  test("reads a direction with a NUL or in lower case", () => {
    expect(latitude([1, 2, 3], "s\0")?.Direction).toBe("S");
  });

  test("gives plain degrees, minutes and seconds of the same place for whatever adds up to one", () => {
    const part = fc.double({ min: 0, max: 60, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 88, noNaN: true }), part, part, (d, m, s) => {
        const place = latitude([d, m, s]);
        if (place === undefined) return expect(d + m / 60 + s / 3600).toBeGreaterThan(90);
        expect(Number.isInteger(place.D) && Number.isInteger(place.M)).toBe(true);
        expect(place.M).toBeLessThan(60);
        expect(place.S).toBeLessThan(60);
        expect(place.D + place.M / 60 + place.S / 3600).toBeCloseTo(d + m / 60 + s / 3600, 7);
      }),
    );
  });
});

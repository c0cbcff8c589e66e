import { describe, expect, it } from "vitest";
import { parseTimestamp } from "./timestamp.ts";

describe("parseTimestamp", () => {
  it.each([
    ["2016-03-14T01:59:00Z", Date.UTC(2016, 2, 14, 1, 59)],
    ["2016-03-14T01:59:00.25Z", Date.UTC(2016, 2, 14, 1, 59, 0, 250)],
    ["2016-03-14T01:59:00+01:30", Date.UTC(2016, 2, 14, 0, 29)],
    ["2016-03-14T23:59:00-01:00", Date.UTC(2016, 2, 15, 0, 59)],
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
  ])("reads %s", (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });

  it("tells apart what is less than a millisecond apart", () => {
    const [earlier, later] = ["2016-03-14T01:59:00.0001Z", "2016-03-14T01:59:00.0002Z"].map(
      parseTimestamp,
    );
    expect(earlier).toBeLessThan(later ?? 0);
  });

  it.each([
    "2016-03-14",
    "2016-03-14T01:59:00",
    "2016-03-14t01:59:00Z",
    "2016-03-14 01:59:00Z",
    "2016-03-14T01:59Z",
    "2016-02-30T01:59:00Z",
    "2016-03-14T25:59:00Z",
    "2016-03-14T01:59:00+25:00",
    "",
    "now",
  ])("takes %j for no timestamp", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});

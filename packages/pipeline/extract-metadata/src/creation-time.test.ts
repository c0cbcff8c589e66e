import fc from "fast-check";
import { expect, test } from "vitest";
import { creationTimeOf, isBlankTime } from "./creation-time.ts";

test.each([
  ["2023:05:01 12:34:56", "+02:00", "2023-05-01T12:34:56+02:00"],
  ["2023:05:01 12:34:56", undefined, "2023-05-01T12:34:56"],
  ["2023:05:01 12:34:56", "summer", "2023-05-01T12:34:56"],
  ["2023-05-01T12:34:56", "Z", "2023-05-01T12:34:56Z"],
  ["2024:02:29 00:00:00", undefined, "2024-02-29T00:00:00"],
])("%s with offset %s is %s", (dateTime, offset, iso) => {
  expect(creationTimeOf(dateTime, offset)).toBe(iso);
});

test.each([
  "2023:02:29 12:00:00",
  "2023:13:01 12:00:00",
  "2023:05:01 24:00:00",
  "0000:00:00 00:00:00",
  "0001:01:01 00:00:00",
  "yesterday",
  "",
])("%s is no time", (dateTime) => {
  expect(creationTimeOf(dateTime, undefined)).toBeUndefined();
});

test("every second since the first photograph comes back as it was written", () => {
  const seconds = fc.date({
    min: new Date("1826-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(seconds, (date) => {
      const local = date.toISOString().slice(0, 19);
      const exif = local.replaceAll("-", ":").replace("T", " ");
      expect(creationTimeOf(exif, undefined)).toBe(local);
    }),
  );
});

test("what a camera without a clock writes is blank, not wrong", () => {
  expect(isBlankTime("0000:00:00 00:00:00")).toBe(true);
  expect(isBlankTime("    :  :     :  :  ")).toBe(true);
  expect(isBlankTime("2023:02:29 12:00:00")).toBe(false);
});

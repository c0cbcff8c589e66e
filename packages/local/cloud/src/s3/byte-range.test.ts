import { expect, test } from "vitest";
import { readRange } from "./byte-range.ts";

test.each([
  ["bytes=0-8", { start: 0, length: 9 }],
  ["bytes=1-1", { start: 1, length: 1 }],
  ["bytes=1-", { start: 1, length: 9 }],
  ["bytes=-2", { start: 8, length: 2 }],
  ["bytes=-15", { start: 0, length: 10 }],
  ["bytes=0-100", { start: 0, length: 10 }],
])("of ten bytes %s is given", (header, range) => {
  expect(readRange(header, 10)).toEqual(range);
});

test.each([undefined, "bytes=1-0", "bytes=-1-", "bytes=0--1", "bytes=0-1,3-4", "0-1", "bytes=-"])(
  "for the range %s all of the object is given",
  (header) => {
    expect(readRange(header, 10)).toBeUndefined();
  },
);

test.each([
  ["bytes=100-200", 10],
  ["bytes=-0", 10],
  ["bytes=0-", 0],
  ["bytes=-1", 0],
])("%s of %i bytes can't be given", (header, size) => {
  expect(() => readRange(header, size)).toThrow("The requested range is not satisfiable");
});

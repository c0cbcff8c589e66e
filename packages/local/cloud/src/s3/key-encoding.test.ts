import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeKey } from "./key-encoding.ts";

test.each([
  ["a b+c%41.jpg", "a+b%2Bc%2541.jpg"],
  ["Incoming/u/a/é😀.jpg", "Incoming/u/a/%C3%A9%F0%9F%98%80.jpg"],
  ["a@b", "a%40b"],
  ["test_file(3).png", "test_file%283%29.png"],
  ["x//../y", "x//../y"],
])("%s stands in an event as %s", (key, encoded) => {
  expect(encodeKey(key)).toBe(encoded);
});

test("a form decoder gets the key back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (key) => {
      expect(decodeURIComponent(encodeKey(key).replaceAll("+", "%20"))).toBe(key);
    }),
  );
});

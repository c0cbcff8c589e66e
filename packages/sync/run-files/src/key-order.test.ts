import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "./key-order.ts";

const key = fc.string({ unit: "binary", maxLength: 12 });

test("keys are in the order of their UTF-8 bytes", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      const order = Math.sign(compareKeys(a, b));
      expect(order).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test("an emoji comes behind U+FFFD, and both behind ASCII", () => {
  expect(["😀", "\u{FFFD}", "z", "\u{E000}", "é"].sort(compareKeys)).toEqual([
    "z",
    "é",
    "\u{E000}",
    "\u{FFFD}",
    "😀",
  ]);
});

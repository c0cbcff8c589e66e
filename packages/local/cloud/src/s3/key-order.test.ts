import fc from "fast-check";
import { expect, test } from "vitest";
import { commonPrefix, firstBehind, nextKey } from "./key-order.ts";

const text = () => fc.string({ unit: "binary", maxLength: 6 });
const bytes = (value: string) => Buffer.from(value);

test("all that begins with a prefix stands before what is first behind it, and nothing else does", () => {
  fc.assert(
    fc.property(text(), text(), (prefix, other) => {
      const behind = firstBehind(prefix);
      if (behind === undefined) return;
      expect(Buffer.compare(bytes(prefix + other), bytes(behind))).toBe(-1);
      const isFromPrefixOn = Buffer.compare(bytes(other), bytes(prefix)) >= 0;
      const isBefore = Buffer.compare(bytes(other), bytes(behind)) < 0;
      expect(isFromPrefixOn && isBefore).toBe(other.startsWith(prefix));
    }),
  );
});

test("nothing is behind the last character there is", () => {
  expect(firstBehind("\u{10ffff}")).toBeUndefined();
  expect(firstBehind("")).toBeUndefined();
  expect(firstBehind("a\u{10ffff}")).toBe("b");
});

test("surrogates are skipped: they are no characters", () => {
  expect(firstBehind("\ud7ff")).toBe("\ue000");
});

test("no key stands between a key and the one next to it", () => {
  fc.assert(
    fc.property(text(), text(), (key, other) => {
      const isBehind = Buffer.compare(bytes(other), bytes(key)) > 0;
      expect(Buffer.compare(bytes(other), bytes(nextKey(key))) >= 0).toBe(isBehind);
    }),
  );
});

test("a key is rolled up at the first delimiter behind the prefix", () => {
  expect(commonPrefix("a/b/c", "", "/")).toBe("a/");
  expect(commonPrefix("a/b/c", "a/", "/")).toBe("a/b/");
  expect(commonPrefix("a/b", "a/", "/")).toBeUndefined();
  expect(commonPrefix("a--b--c", "a", "--")).toBe("a--");
  expect(commonPrefix("a/b", "", "")).toBeUndefined();
});

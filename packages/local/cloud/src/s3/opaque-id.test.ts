import fc from "fast-check";
import { expect, test } from "vitest";
import { isVersionId, opaqueId, sequenceOf } from "./opaque-id.ts";

test("an id tells its sequence again", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 47 }), (sequence) => {
      const id = opaqueId(sequence);
      expect(id).toMatch(/^[A-Za-z0-9._]{32}$/);
      expect(sequenceOf(id)).toBe(sequence);
    }),
  );
});

test("the same sequence gives another id each time", () => {
  expect(opaqueId(1)).not.toBe(opaqueId(1));
});

test("an id that nobody gave out is known as such", () => {
  expect(isVersionId("HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")).toBe(false);
  expect(isVersionId("abc")).toBe(false);
  expect(isVersionId("")).toBe(false);
  expect(isVersionId("null")).toBe(true);
});

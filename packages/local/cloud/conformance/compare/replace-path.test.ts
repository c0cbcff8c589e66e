import { expect, it } from "vitest";
import { replacePath } from "./replace-path.ts";

const value = { a: { b: 1, list: [{ a: { b: 2 } }, { c: { b: 3 } }] }, b: 4 };

it("replaces a name at any depth", () => {
  expect(replacePath(value, "$..b", "x")).toEqual({
    a: { b: "x", list: [{ a: { b: "x" } }, { c: { b: "x" } }] },
    b: "x",
  });
});

it("replaces a member only under the name before it", () => {
  expect(replacePath(value, "$..a.b", "x")).toEqual({
    a: { b: "x", list: [{ a: { b: "x" } }, { c: { b: 3 } }] },
    b: 4,
  });
  expect(replacePath(value, "$.a.b", "x")).toEqual({ ...value, a: { ...value.a, b: "x" } });
});

it("refuses steps that it does not know", () => {
  expect(() => replacePath(value, "$..a[0]", "x")).toThrow("$..a[0]");
});

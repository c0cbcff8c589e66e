import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../types.ts";
import { evaluatePath } from "./evaluate-path.ts";
import { parsePath } from "./parse-path.ts";
import { PathSyntaxError } from "./path.ts";
import { parseReferencePath, placeAt, ReferencePathError } from "./reference-path.ts";

const place = (path: string, target: Json, value: Json) =>
  placeAt(parseReferencePath(path), target, value);

const name = fc.string({ minLength: 1 }).filter((text) => !/['"\\]/.test(text));
const jsonObject = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }));

describe("placeAt", () => {
  it.each<[string, Json, Json, Json]>([
    ["$", { a: 1 }, 2, 2],
    ["$.b", { a: 1 }, 2, { a: 1, b: 2 }],
    ["$.a", { a: 1 }, null, { a: null }],
    ["$.a.b.c", {}, false, { a: { b: { c: false } } }],
    ["$.a.x", { a: { y: 0 } }, "", { a: { y: 0, x: "" } }],
    ["$.a[1].x", { a: [0, { y: 1 }] }, 2, { a: [0, { y: 1, x: 2 }] }],
    ["$['with space']", {}, 1, { "with space": 1 }],
  ])("puts a value at %s", (path, target, value, expected) => {
    expect(place(path, target, value)).toEqual(expected);
  });

  it.each<[string, Json]>([
    ["$.a", [1]],
    ["$.a", "text"],
    ["$.a", null],
    ["$.a.b", { a: 1 }],
    ["$.a.b", { a: null }],
    ["$.a[2]", { a: [0, 1] }],
    ["$.a[0]", {}],
  ])("can't be applied at %s to %j", (path, target) => {
    expect(() => place(path, target, 1)).toThrow(
      new ReferencePathError(
        `Unable to apply ReferencePath ${path} to input ${JSON.stringify(target)}`,
      ),
    );
  });

  it.each([
    "$.a[*]",
    "$..a",
    "$.a[0:1]",
    "$.a[?(@.b)]",
    "$['a','b']",
    "$.a[-1]",
    "$.a.length()",
    "a",
    "$$.a",
  ])("is not given by %s, which can match many or none", (path) => {
    expect(() => parseReferencePath(path)).toThrow(PathSyntaxError);
  });

  it("is read back from where it was put, and the rest stays as it was", () => {
    fc.assert(
      fc.property(
        jsonObject,
        fc.array(name, { minLength: 1, maxLength: 3 }),
        fc.jsonValue({ maxDepth: 2 }),
        (target, names, value) => {
          const path = `$${names.map((step) => `['${step}']`).join("")}`;
          const before = JSON.stringify(target);
          let placed: Json;
          try {
            placed = place(path, target as Json, value as Json);
          } catch (error) {
            // Something that is no object stands on the way.
            expect(error).toBeInstanceOf(ReferencePathError);
            return;
          }
          expect(evaluatePath(parsePath(path), placed)).toEqual(value);
          expect(JSON.stringify(target)).toBe(before);
          const [first] = names;
          for (const [key, inner] of Object.entries(target)) {
            if (key !== first) expect((placed as Record<string, Json>)[key]).toBe(inner);
          }
        },
      ),
    );
  });

  it("makes a property of its own of __proto__", () => {
    const placed = place("$.__proto__.polluted", {}, 1);
    expect(JSON.stringify(placed)).toBe('{"__proto__":{"polluted":1}}');
    expect(Object.getPrototypeOf(placed)).toBe(Object.prototype);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributeOf, compareStrings, equalValues } from "./attribute-value.ts";
import { itemSize } from "./item-size.ts";
import { parseAttributes, parseAttributeValue } from "./parse-attribute-value.ts";

describe("reading a value", () => {
  test.each([
    [{}, /Supplied AttributeValue is empty, must contain exactly one/],
    [{ X: "1" }, /Supplied AttributeValue is empty, must contain exactly one/],
    [{ S: "a", N: "1" }, /more than one datatypes set/],
    [{ S: "a", X: "1" }, /There is no datatype X/],
    [{ NULL: false }, /Null attribute value types must have the value of true/],
    [{ SS: [] }, /An string set {2}may not be empty/],
    [{ NS: [] }, /An number set {2}may not be empty/],
    [{ BS: [] }, /Binary sets should not be empty/],
    [{ SS: ["b", "a", "b"] }, /Input collection \[b, a, b\] contains duplicates\./],
    [{ NS: ["1", "1.0"] }, /Input collection contains duplicates/],
    [{ N: 1 }, /NUMBER_VALUE cannot be converted to String/],
    [{ BOOL: "true" }, /STRING_VALUE cannot be converted to Boolean/],
    [{ B: "AA" }, /multiple of 4 bytes but found: 2/],
    [{ B: "AB==" }, /Invalid last non-pad Base64 character/],
    [{ S: "\ud800" }, /lone surrogate/],
    [{ L: {} }, /Unexpected field type/],
    ["text", /Unexpected value type in payload/],
  ])("%j is refused", (raw, message) => {
    expect(() => parseAttributeValue(raw)).toThrow(message);
  });

  test("32 levels are as deep as a document may be", () => {
    const nested = (levels: number): unknown =>
      levels === 1 ? { S: "leaf" } : { M: { n: nested(levels - 1) } };

    expect(() => parseAttributeValue(nested(32))).not.toThrow();
    expect(() => parseAttributeValue(nested(33))).toThrow(/Nesting Levels have exceeded/);
  });

  test("attributes may be called as the members of a JavaScript object", () => {
    const item = parseAttributes(
      JSON.parse('{"__proto__":{"S":"a"},"constructor":{"M":{"__proto__":{"N":"01"}}}}'),
    );

    expect(attributeOf(item, "__proto__")).toEqual({ S: "a" });
    expect(attributeOf(item, "toString")).toBeUndefined();
    expect(JSON.stringify(item)).toBe(
      '{"__proto__":{"S":"a"},"constructor":{"M":{"__proto__":{"N":"1"}}}}',
    );
  });
});

describe("equality", () => {
  test("does not depend on the order of a set or of a map", () => {
    expect(equalValues({ SS: ["a", "b"] }, { SS: ["b", "a"] })).toBe(true);
    expect(
      equalValues(
        { M: { x: { N: "1" }, y: { L: [{ S: "a" }] } } },
        { M: { y: { L: [{ S: "a" }] }, x: { N: "1" } } },
      ),
    ).toBe(true);
  });

  test("depends on the order of a list, on the type and on every member", () => {
    expect(equalValues({ L: [{ N: "1" }, { N: "2" }] }, { L: [{ N: "2" }, { N: "1" }] })).toBe(
      false,
    );
    expect(equalValues({ S: "1" }, { N: "1" })).toBe(false);
    expect(equalValues({ SS: ["a"] }, { SS: ["a", "b"] })).toBe(false);
    expect(equalValues({ M: { a: { NULL: true } } }, { M: { b: { NULL: true } } })).toBe(false);
  });
});

test("strings are compared by their UTF-8 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareStrings(a, b))).toBe(expected);
    }),
  );
});

describe("the size of an item", () => {
  test.each([
    ["0", 1],
    ["1", 2],
    ["12", 2],
    ["123", 3],
    ["100", 2],
    ["1010", 3],
    ["12340", 4],
    ["0.0123", 3],
    ["0.01234", 4],
    ["1.5", 3],
    ["1.234", 4],
    ["3.14159", 5],
    ["123456", 4],
    ["-5", 3],
    ["1E125", 2],
    ["1E-100", 2],
    ["12345678901234567890123456789012345678", 20],
  ])("counts the number %s as %d bytes", (number, bytes) => {
    expect(itemSize({ n: parseAttributeValue({ N: number }) })).toBe(1 + bytes);
  });

  test("counts names and strings in UTF-8, binary values as bytes, and the frame of documents", () => {
    expect(itemSize({ é: { S: "日本" } })).toBe(2 + 6);
    expect(itemSize({ b: { B: "AAAA" } })).toBe(1 + 3);
    expect(itemSize({ t: { BOOL: true }, u: { NULL: true } })).toBe(4);
    expect(itemSize({ s: { SS: ["ab", "c"] }, n: { NS: ["1", "2"] } })).toBe(1 + 3 + 1 + 4);
    expect(itemSize({ l: { L: [{ S: "a" }, { S: "b" }] } })).toBe(1 + 3 + 2 + 2);
    expect(itemSize({ m: { M: { k: { S: "v" } } } })).toBe(1 + 3 + 1 + 2);
  });
});

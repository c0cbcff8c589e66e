import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flatten, matches } from "./match.ts";
import { parsePattern } from "./pattern.ts";

const check = (pattern: object, event: object): boolean =>
  matches(parsePattern(JSON.stringify(pattern)), flatten(event));

const detail = (pattern: unknown, value: unknown): boolean =>
  check({ detail: { x: pattern } }, { detail: { x: value } });

describe("a field matches", () => {
  test.each<[string, unknown, unknown]>([
    ["an equal text", ["a", "b"], "b"],
    ["an equal number, however it is written", [300], 300.0],
    ["true", [true], true],
    ["null", [null], null],
    ["an empty text", [""], ""],
    ["an array that has the value", ["a"], ["b", "a"]],
    ["an array in an array", ["a"], [["b"], ["a"]]],
    ["a prefix", [{ prefix: "run" }], "running"],
    ["a prefix of any case", [{ prefix: { "equals-ignore-case": "RUN" } }], "running"],
    ["a suffix", [{ suffix: ".png" }], "a.png"],
    ["a suffix of any case", [{ suffix: { "equals-ignore-case": ".PNG" } }], "a.png"],
    ["a text of any case", [{ "equals-ignore-case": "Running" }], "rUNNING"],
    ["anything but a text", [{ "anything-but": "a" }], "b"],
    ["anything but a text, and null is something", [{ "anything-but": "a" }], null],
    ["anything but some numbers", [{ "anything-but": [1, 2] }], 3],
    ["anything but a number, and its text is something", [{ "anything-but": 1 }], "1"],
    ["anything but a prefix", [{ "anything-but": { prefix: "init" } }], "done"],
    ["anything but a prefix, and a number has none", [{ "anything-but": { prefix: "i" } }], 12],
    ["anything but some suffixes", [{ "anything-but": { suffix: [".a", ".b"] } }], "x.c"],
    ["anything but a text of any case", [{ "anything-but": { "equals-ignore-case": "A" } }], "b"],
    ["anything but a wildcard", [{ "anything-but": { wildcard: "*/lib/*" } }], "/bin/x"],
    ["zero", [{ numeric: ["=", 0] }], 0],
    ["a range", [{ numeric: [">", 0, "<=", 5] }], 5],
    ["what exists", [{ exists: true }], null],
    ["a wildcard", [{ wildcard: "a*b*c" }], "a-bb-c"],
    ["a wildcard with a star of its own", [{ wildcard: "\\**" }], "*x"],
    ["one of several conditions", [{ prefix: "a" }, 7, { exists: false }], 7],
  ])("%s", (_, pattern, value) => {
    expect(detail(pattern, value)).toBe(true);
  });
});

describe("a field does not match", () => {
  test.each<[string, unknown, unknown]>([
    ["a text of another case", ["a"], "A"],
    ["a number as text", [1], "1"],
    ["null where there is an empty array", [null], []],
    ["existence of an empty array", [{ exists: true }], []],
    ["existence of an object", [{ exists: true }], { y: 1 }],
    ["a prefix of a number", [{ prefix: "1" }], 12],
    ["anything but a text that is the only one", [{ "anything-but": "a" }], ["a"]],
    ["a number outside of a range", [{ numeric: [">", 0, "<=", 5] }], 0],
    ["a range with a number as text", [{ numeric: [">", 0] }], "1"],
    ["absence of what is there", [{ exists: false }], "a"],
    ["a wildcard whose pieces overlap", [{ wildcard: "ab*ba" }], "aba"],
  ])("%s", (_, pattern, value) => {
    expect(detail(pattern, value)).toBe(false);
  });

  test.each([
    ["an equal value", ["a"]],
    ["anything but a value", [{ "anything-but": "a" }]],
    ["existence", [{ exists: true }]],
  ])("%s, when it isn't there", (_, pattern) => {
    expect(check({ detail: { x: pattern } }, { detail: { y: 1 } })).toBe(false);
  });
});

test("a field that isn't there is absent, also below what isn't there", () => {
  expect(check({ a: { b: { c: [{ exists: false }] } } }, { z: 1 })).toBe(true);
});

test("conditions on an array's objects are met by one and the same of them", () => {
  const pattern = { list: { name: ["a"], size: [{ numeric: [">", 5] }] } };
  const list = (...sizes: number[]) => ({
    list: [
      { name: "b", size: sizes[0] },
      { name: "a", size: sizes[1] },
    ],
  });

  expect(check(pattern, list(1, 9))).toBe(true);
  expect(check(pattern, list(9, 1))).toBe(false);
});

test("a field of an array's objects is absent when none of them has it", () => {
  const pattern = { list: { x: [{ exists: false }] } };

  expect(check(pattern, { list: [{ y: 1 }, { y: 2 }] })).toBe(true);
  expect(check(pattern, { list: [{ x: 1 }, { y: 2 }] })).toBe(false);
});

test("$or takes one of its parts, together with what stands beside it", () => {
  const pattern = {
    source: ["s"],
    detail: {
      $or: [{ a: [1] }, { b: { c: [2] }, d: [3] }, { $or: [{ e: [4] }, { e: [5] }] }],
    },
  };

  expect(check(pattern, { source: "s", detail: { a: 1 } })).toBe(true);
  expect(check(pattern, { source: "s", detail: { b: { c: 2 }, d: 3 } })).toBe(true);
  expect(check(pattern, { source: "s", detail: { e: 5 } })).toBe(true);
  expect(check(pattern, { source: "s", detail: { b: { c: 2 } } })).toBe(false);
  expect(check(pattern, { source: "x", detail: { a: 1 } })).toBe(false);
});

test("names joined with periods are the way to a field", () => {
  expect(
    check({ detail: { "state.status": ["on"] } }, { detail: { state: { status: "on" } } }),
  ).toBe(true);
});

test.each<[string, string]>([
  ['{"x": "a"}', '"x" must be an object or an array'],
  ["[1]", "Filter is not an object"],
  ["{", ""],
  ['{"x": []}', "Empty arrays are not allowed"],
  ['{"x": {}}', "Empty objects are not allowed"],
  ["{}", "Empty objects are not allowed"],
  ['{"x": [["a"]]}', "Match value must be String, number, true, false, or null"],
  ['{"x": [{"EXISTS": true}]}', "Unrecognized match type EXISTS"],
  ['{"x": [{"cidr": "10.0.0.0/8"}]}', "The local cloud does not support the match type cidr"],
  ['{"x": [{"prefix": "a", "suffix": "b"}]}', "Only one key allowed in match expression"],
  ['{"x": [{"prefix": ["a"]}]}', "prefix match pattern must be a string"],
  ['{"x": [{"suffix": 1}]}', "suffix match pattern must be a string"],
  ['{"x": [{"exists": "yes"}]}', "exists match pattern must be either true or false."],
  ['{"x": [{"wildcard": "a**b"}]}', "Consecutive wildcard characters at pos 1"],
  ['{"x": [{"wildcard": 1}]}', "wildcard match pattern must be a string"],
  ['{"x": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 1"],
  ['{"x": [{"equals-ignore-case": ["a"]}]}', "equals-ignore-case match pattern must be a string"],
  ['{"x": [{"numeric": [">", 0, ">", 0]}]}', "Bad numeric range operator: >"],
  ['{"x": [{"numeric": [">", 0, "<"]}]}', "Value of < must be numeric"],
  ['{"x": [{"numeric": ["!", 0]}]}', "Unrecognized numeric range operator: !"],
  ['{"x": [{"numeric": [">", 5, "<", 5]}]}', "Bottom must be less than top"],
  ['{"x": [{"numeric": []}]}', "Invalid member in numeric match"],
  [
    '{"x": [{"anything-but": {"prefix": {"equals-ignore-case": "a"}}}]}',
    "Value of anything-but must be an array or single string/number value.",
  ],
  ['{"x": [{"anything-but": {"suffix": 1}}]}', "prefix/suffix match pattern must be a string"],
  [
    '{"x": [{"anything-but": {"equals-ignore-case": [1]}}]}',
    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
  ],
  [
    '{"x": [{"anything-but": [null]}]}',
    "Inside anything but list, start|null|boolean is not supported.",
  ],
  ['{"x": [{"anything-but": ["a", 1]}]}', "Inside anything but list, either all values"],
  ['{"$or": [{"a": [1]}]}', "$or must be an array of at least two objects"],
])("%s is refused", (pattern, reason) => {
  expect(() => parsePattern(pattern)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
});

test("a wildcard matches what the same regular expression matches", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      piece,
      piece,
      (pieces, one, other) => {
        const pattern = pieces.join("*").replace(/\*+/g, "*");
        const text = one + other + one;
        expect(detail([{ wildcard: pattern }], text)).toBe(
          new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text),
        );
      },
    ),
  );
});

test("an event matches a pattern made of its own leaves", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const name = fc.string({ unit: "grapheme-ascii", minLength: 1 }).filter((one) => one !== "$or");
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.dictionary(name, leaf, { minKeys: 1 }), { minKeys: 1 }),
      (event) => {
        const pattern = Object.fromEntries(
          Object.entries(event).map(([key, inner]) => [
            key,
            Object.fromEntries(Object.entries(inner).map(([own, value]) => [own, [value]])),
          ]),
        );
        expect(check(pattern, event)).toBe(true);
      },
    ),
  );
});

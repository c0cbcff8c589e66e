import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../types.ts";
import { evaluatePath } from "./evaluate-path.ts";
import { parsePath } from "./parse-path.ts";
import { PathNotFoundError, PathSyntaxError } from "./path.ts";

const store: Json = {
  book: [
    { title: "A", price: 8, tags: ["x"], author: { name: "Ann" } },
    { title: "B", price: 12, isbn: null },
    { title: "C", price: 23, author: { name: "Cy" } },
  ],
  "delivery-partner": "UQS",
  "with space": 1,
  zero: 0,
  empty: "",
  "a=b!": "odd",
  no: false,
  nothing: null,
  list: [0, 1, 2, 3, 4],
  object: { a: 1, b: 2, c: 3 },
};

const read = (path: string, value: Json = store) => evaluatePath(parsePath(path), value);

describe("evaluatePath", () => {
  it.each<[string, Json]>([
    ["$", store],
    ["$.book[0].title", "A"],
    ["$['book'][0]['title']", "A"],
    ['$["book"][-1]["title"]', "C"],
    ["$.delivery-partner", "UQS"],
    ["$['with space']", 1],
    ["$.['zero']", 0],
    ["$.zero", 0],
    ["$.empty", ""],
    ["$.no", false],
    ["$.nothing", null],
    ["$.object['a','c']", { a: 1, c: 3 }],
    ["$.object['a','missing']", { a: 1 }],
    ["$.list.length()", 5],
    ["$.object.length()", 3],
    ["$.a=b!", "odd"],
    ["$.zero.length()", null],
  ])("reads the one value that %s names", (path, expected) => {
    expect(read(path)).toEqual(expected);
  });

  it.each<[string, Json]>([
    ["$.book[*].title", ["A", "B", "C"]],
    ["$.book[*].isbn", [null]],
    ["$.book[*].author.name", ["Ann", "Cy"]],
    ["$.book[0,2].title", ["A", "C"]],
    ["$.object.*", [1, 2, 3]],
    ["$.object['a','b'].x", []],
    ["$..name", ["Ann", "Cy"]],
    ["$..book[0].title", ["A"]],
    ["$..*.name", ["Ann", "Cy"]],
    ["$..[1]", [{ title: "B", price: 12, isbn: null }, null, 1]],
    ["$.list[1:3]", [1, 2]],
    ["$.list[:2]", [0, 1]],
    ["$.list[3:]", [3, 4]],
    ["$.list[-2:]", [3, 4]],
    ["$.list[-9:]", [0, 1, 2, 3, 4]],
    ["$.list[:-3]", [0, 1]],
    ["$.list[-3:-1]", [2, 3]],
    ["$.list[9:]", []],
    ["$.list[2:2]", []],
    ["$.zero[*]", []],
    ["$.list[0,9]", [0, null]],
    ["$.book[?(@.price < 10)].title", ["A"]],
    ["$.book[?(@.price >= 12)].title", ["B", "C"]],
    ["$.book[?(@.price > 8 && @.price < 20)].title", ["B"]],
    ["$.book[?(@.price == 8 || @.title == 'C')].title", ["A", "C"]],
    ["$.book[?(!(@.author))].title", ["B"]],
    ["$.book[?(!@.author)].title", ["B"]],
    ["$.book[?(@.author.name)].title", ["A", "C"]],
    ["$.book[?(@.isbn == null)].title", ["B"]],
    ["$.book[?(@.isbn)].title", ["B"]],
    ["$.book[?(@.price == '8')].title", ["A"]],
    ["$.book[?(@.price === '8')].title", []],
    ["$.book[?(@.title != 'A')].title", ["B", "C"]],
    ["$.book[?(@.missing != 1)].title", ["A", "B", "C"]],
    ["$.book[?(@.title =~ /[ab]/i)].title", ["A", "B"]],
    ["$.book[?(@.title in ['A', \"B\"])].title", ["A", "B"]],
    ["$.book[?(@.title nin ['A'])].title", ["B", "C"]],
    ["$.book[?(@.tags contains 'x')].title", ["A"]],
    ["$.book[?(@.tags anyof ['x', 'y'])].title", ["A"]],
    ["$.book[?(@.tags subsetof ['x', 'y'])].title", ["A"]],
    ["$.book[?(@.tags noneof ['z'])].title", ["A"]],
    ["$.book[?(@.tags size 1)].title", ["A"]],
    ["$.book[?(@.tags empty false)].title", ["A"]],
    ["$.book[?(@.price > $.list[4])].title", ["A", "B", "C"]],
    ["$.list[?(@ > 2)]", []],
    ["$.list[?(@ != 2)]", []],
    ["$.list[0:4:2]", [0, 1, 2, 3]],
    ["$.list[1::0]", [1, 2, 3, 4]],
    ["$.book[?(@.tags all ['x'])].title", ["A"]],
    ["$.book[?(@.tags all ['x', 'y'])].title", []],
    ["$.object[?(@.a == 1)].b", [2]],
    ["$..[?(@.name == 'Cy')]", [{ name: "Cy" }]],
  ])("gives all that %s matches", (path, expected) => {
    expect(read(path)).toEqual(expected);
  });

  it("has nothing for an index past the end of an array, which is not the same as a missing property", () => {
    expect(read("$.list[9]")).toBeUndefined();
    expect(read("$.list[-9]")).toBeUndefined();
  });

  it.each([
    ["$.missing", "No results for path: $['missing']"],
    // As on AWS, which takes such a path and finds nothing at it.
    ["$.list.sum()", "No results for path: $['list'].sum()"],
    ["$.missing.deeper", "Missing property in path $['missing']"],
    ["$.book[0].missing", "No results for path: $['book'][0]['missing']"],
    ["$.zero[0]", "Filter: [0] can only be applied to arrays. Current context is: 0"],
    ["$.zero[?(@.a)]", "Filter: [?] can not be applied to primitives. Current context is: 0"],
    ["$.list[9][0]", "The path $['list'][9] is null"],
    [
      "$.empty.x",
      "Expected to find an object with property ['x'] in path $['empty'] but found " +
        "'com.fasterxml.jackson.databind.node.TextNode'. This is not a json object according to the " +
        "JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
    ],
    ["$.missing[*]", "Missing property in path $['missing']"],
  ])("says why %s leads nowhere", (path, message) => {
    expect(() => read(path)).toThrow(
      expect.objectContaining({ name: "PathNotFoundError", message }),
    );
  });

  it.each([
    "",
    "a",
    "$.",
    "$..",
    "$[",
    "$[]",
    "$['a]",
    "$.a b",
    "$.a[::3]",
    "$[:]",
    "$.a[?(@.b]",
    "$.a[?(@.b ==)]",
    "$.a[?()]",
    "$.a[?(@.b =~ /(/)]",
    "$.a.first()",
    "$.a.sum(1)",
    "$.a[*].length()",
    "$.a.length().b",
  ])("refuses %j", (path) => {
    expect(() => parsePath(path)).toThrow(PathSyntaxError);
  });

  it("takes names that objects inherit as the names they are", () => {
    expect(() => read("$.constructor", {})).toThrow(PathNotFoundError);
    expect(read("$.__proto__", JSON.parse('{"__proto__": 1}'))).toBe(1);
  });

  it("finds every value at the path that leads to it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        for (const [steps, leaf] of leaves(value as Json)) {
          const path = steps.map((step) =>
            typeof step === "number" ? `[${step}]` : `['${step.replaceAll(/[\\']/g, "\\$&")}']`,
          );
          expect(read(`$${path.join("")}`, value as Json)).toEqual(leaf);
        }
      }),
    );
  });

  it("gives with $..* every value below, each once", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const all = [...below(value as Json)];
        expect(read("$..*", value as Json)).toHaveLength(all.length);
      }),
    );
  });
});

function* leaves(
  value: Json,
  steps: (string | number)[] = [],
): Generator<[(string | number)[], Json]> {
  yield [steps, value];
  for (const [key, inner] of entries(value)) yield* leaves(inner, [...steps, key]);
}

function* below(value: Json): Generator<Json> {
  for (const [, inner] of entries(value)) {
    yield inner;
    yield* below(inner);
  }
}

function entries(value: Json): [string | number, Json][] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

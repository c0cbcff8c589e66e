import { describe, expect, test } from "vitest";
import { parseAttributes } from "../parse-attribute-value.ts";
import { bindProjection } from "./bind-projection.ts";
import { parseProjection } from "./parse-projection.ts";
import { readPlaceholders } from "./placeholders.ts";

const kind = "ProjectionExpression";

const item = parseAttributes({
  a: { S: "1" },
  l: { L: [{ N: "0" }, { M: { x: { N: "1" }, y: { N: "2" } } }, { N: "2" }] },
  m: { M: { b: { M: { c: { S: "deep" }, d: { S: "more" } } }, e: { S: "f" } } },
});

function cut(expression: string): unknown {
  const placeholders = readPlaceholders(
    expression.includes("#") ? { ExpressionAttributeNames: { "#a": "a" } } : {},
    { [kind]: expression },
  );
  return bindProjection(parseProjection(expression), placeholders).cut(item);
}

describe("a projection", () => {
  test.each([
    ["a, lost", { a: { S: "1" } }],
    ["#a", { a: { S: "1" } }],
    ["m.b.c, m.e", { m: { M: { b: { M: { c: { S: "deep" } } }, e: { S: "f" } } } }],
    ["l[2], l[0]", { l: { L: [{ N: "0" }, { N: "2" }] } }],
    ["l[1].y", { l: { L: [{ M: { y: { N: "2" } } }] } }],
    ["m.lost, l[9], a.x", {}],
  ])("%s", (expression, expected) => {
    expect(cut(expression)).toEqual(expected);
  });

  test.each([
    ["", "The expression can not be empty;"],
    ["!!!", 'Syntax error; token: "!", near: "!!"'],
    ["a,", 'Syntax error; token: "<EOF>", near: ","'],
    ["a b", 'Syntax error; token: "b", near: "a b"'],
    ["name", "Attribute name is a reserved keyword; reserved keyword: name"],
    [
      "#absent",
      "An expression attribute name used in the document path is not defined; attribute name: #absent",
    ],
    [
      "a, a",
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
    ],
    [
      "a.b, a[0]",
      "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
    ],
  ])("%s is refused", (expression, message) => {
    expect(() => cut(expression)).toThrow(`Invalid ProjectionExpression: ${message}`);
  });
});

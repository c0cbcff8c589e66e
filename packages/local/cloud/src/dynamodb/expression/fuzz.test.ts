import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AwsError } from "../../aws-error.ts";
import { bounded } from "../../testing/bounded.ts";
import { parseAttributes } from "../parse-attribute-value.ts";
import type { ExpressionKind } from "./ast.ts";
import { bindCondition } from "./bind-condition.ts";
import { bindProjection } from "./bind-projection.ts";
import { bindUpdate } from "./bind-update.ts";
import { bindKeyCondition } from "./key-condition.ts";
import { parseCondition } from "./parse-condition.ts";
import { parseProjection } from "./parse-projection.ts";
import { parseUpdate } from "./parse-update.ts";
import { type Placeholders, readPlaceholders } from "./placeholders.ts";

const words =
  'a b.c s n l[0] l[2].x m.x #n #p :v :s :l :b [0] [ ] ( ) , = <> < <= + - . AND OR NOT IN BETWEEN SET REMOVE ADD DELETE attribute_exists( attribute_type( begins_with( size( contains( if_not_exists( list_append( date 99999999999 \u{1f4f7} \ud83d \\ " \0';
const soup = fc.array(fc.constantFrom(...words.split(" ")), { maxLength: 60 });

/** Whole pieces, so that more of them are nearly right. */
const nearly = fc
  .array(
    fc.constantFrom(
      "a = :v",
      "s < :s",
      "n BETWEEN :v AND n",
      "l[0] IN (:v, :s)",
      "(a = b)",
      "NOT size(m) > :v",
      "contains(l, :s)",
      "attribute_exists(#n)",
      "attribute_type(s, :s)",
      "begins_with(#p, :b)",
      "SET a = n + :v",
      "SET l[1] = if_not_exists(l[7], :l)",
      "SET l = list_append(l, :l)",
      "REMOVE m.x, l[0]",
      "ADD n :v",
      "DELETE a :s",
      "m.x",
      "l[2]",
      "AND",
      "OR",
      ",",
      "(",
      ")",
    ),
    { maxLength: 12 },
  )
  .map((list) => list.join(" "));

const text = fc.oneof(
  soup.map((list) => list.join(" ")),
  soup.map((list) => list.join("")),
  nearly,
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom(
        "(",
        "((a)=(",
        "NOT ",
        "size(",
        "a.",
        "a[0].",
        "a OR ",
        "a=b AND (",
        "a, ",
        "SET a=",
      ),
      fc.nat(2_000),
    )
    .map(([piece, count]) => piece.repeat(count)),
);

const value = fc.oneof(
  fc.constantFrom(
    { N: "1" },
    { S: "a" },
    { S: "L" },
    { B: "AQ==" },
    { L: [{ S: "a" }] },
    { SS: ["a"] },
    { NS: ["1"] },
    { M: {} },
    { BOOL: true },
    { NULL: true },
  ),
);
const values = fc.record({ ":v": value, ":s": value, ":l": value, ":b": value });

const item = parseAttributes({
  a: { SS: ["a", "b"] },
  s: { S: "text" },
  n: { N: "5" },
  l: { L: [{ N: "1" }, { S: "a" }, { M: { x: { N: "2" } } }] },
  m: { M: { x: { S: "x" } } },
});

const runs: Record<ExpressionKind, (expression: string, placeholders: Placeholders) => unknown> = {
  ConditionExpression: (expression, placeholders) =>
    bindCondition(
      "ConditionExpression",
      parseCondition("ConditionExpression", expression),
      placeholders,
    ).holds(item),
  FilterExpression: (expression, placeholders) =>
    bindCondition(
      "FilterExpression",
      parseCondition("FilterExpression", expression),
      placeholders,
    ).holds(item),
  KeyConditionExpression: (expression, placeholders) =>
    bindKeyCondition(parseCondition("KeyConditionExpression", expression), placeholders),
  ProjectionExpression: (expression, placeholders) =>
    bindProjection(parseProjection(expression), placeholders).cut(item),
  UpdateExpression: (expression, placeholders) =>
    bindUpdate(parseUpdate(expression), placeholders).apply(item),
};

/** What the expression gives for an item, or the ValidationException that it is. */
function outcome(
  kind: ExpressionKind,
  expression: string,
  given: Record<string, unknown>,
): unknown {
  const placeholders = readPlaceholders(
    {
      ExpressionAttributeNames: { "#n": "n", "#p": "__proto__" },
      ...(kind === "ProjectionExpression" ? {} : { ExpressionAttributeValues: given }),
    },
    { [kind]: expression },
  );
  try {
    return runs[kind](expression, placeholders);
  } catch (error) {
    if (error instanceof AwsError && error.code === "ValidationException") return error;
    throw error;
  }
}

const kinds = Object.keys(runs) as ExpressionKind[];

describe.each(kinds)("whatever text is given as a %s", (kind) => {
  test("is carried out or refused as invalid", () => {
    fc.assert(
      fc.property(text, values, (expression, given) => {
        outcome(kind, expression, given);
      }),
      bounded(1_000),
    );
  });

  test.each([
    ["brackets", "(".repeat(4_096)],
    ["brackets that close", `${"(".repeat(2_000)}a${")".repeat(2_000)}`],
    ["operands in brackets", "((a)=(".repeat(680)],
    ["negations", "NOT ".repeat(1_000)],
    ["calls", "size(".repeat(800)],
    ["levels", `a${".a".repeat(2_000)}`],
    ["indexes", `a${"[0]".repeat(1_300)}`],
    ["conditions", Array(500).fill("a=b").join(" OR ")],
    ["paths", Array.from({ length: 1_000 }, (_, index) => `a${index}`).join(",")],
    ["sections", "SET a=:v ".repeat(450)],
    ["a megabyte", "a".repeat(1_000_000)],
    ["a megabyte of brackets", "(".repeat(1_000_000)],
  ])("is done with at once when it is nothing but %s", (_what, expression) => {
    const start = performance.now();
    outcome(kind, expression, { ":v": { N: "1" } });

    // Some milliseconds; the rest is for a machine that has other things to do.
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

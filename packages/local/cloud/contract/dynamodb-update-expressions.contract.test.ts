import { isDeepStrictEqual } from "node:util";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonical } from "../src/dynamodb/testing/canonical.ts";
import { type ImagesTable, S, startImagesTable } from "./dynamodb/images-table.ts";

type Item = Record<string, AttributeValue>;

const item: Item = {
  n: { N: "5" },
  s: { S: "text" },
  l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { N: "3" }] },
  m: { M: { a: { N: "1" }, b: { M: { c: { S: "deep" } } } } },
  ss: { SS: ["a", "b"] },
  ns: { NS: ["1", "2"] },
};

const values: Item = {
  ":one": { N: "1" },
  ":big": { N: "10000000000000000000000" },
  ":s": { S: "new" },
  ":list": { L: [{ S: "x" }] },
  ":bc": { SS: ["b", "c"] },
  ":ab": { SS: ["a", "b"] },
  ":map": { M: { z: { N: "9" } } },
};

let images: ImagesTable;
beforeAll(async () => {
  images = await startImagesTable();
});
afterAll(() => images.close());

let lastId = 0;

/** Updates a fresh copy of the item and tells what it is then. */
async function update(expression: string): Promise<Item> {
  const id = `updated-${lastId++}`;
  const used = Object.entries(values).filter(([name]) =>
    new RegExp(`${name}(?![a-z])`).test(expression),
  );
  await images.put({ id: S(id), ...item });
  const { Attributes = {} } = await images.update(id, expression, {
    ReturnValues: "ALL_NEW",
    ...(used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) }),
    ...(expression.includes("#p") ? { ExpressionAttributeNames: { "#p": "a.b" } } : {}),
  });
  const { id: _, ...updated } = Attributes;
  return updated;
}

/** Only what the update changed. */
async function changes(expression: string): Promise<Record<string, unknown>> {
  const updated = await update(expression);
  const names = new Set([...Object.keys(item), ...Object.keys(updated)]);
  return Object.fromEntries(
    [...names]
      .filter((name) => !isDeepStrictEqual(canonical(item[name]), canonical(updated[name])))
      .map((name) => [name, canonical(updated[name] ?? "gone")]),
  );
}

describe("an update", () => {
  test.each([
    ["SET n = :one", { n: { N: "1" } }],
    ["set s = :s remove n", { s: { S: "new" }, n: "gone" }],
    ["SET n = n + :one", { n: { N: "6" } }],
    ["SET n = :one - n", { n: { N: "-4" } }],
    ["SET n = (:big + :one)", { n: { N: "10000000000000000000001" } }],
    ["SET n = (n) + (:one)", { n: { N: "6" } }],
    ["SET x = if_not_exists(x, :one)", { x: { N: "1" } }],
    ["SET x = if_not_exists(n, :one) + :one", { x: { N: "6" } }],
    ["SET x = if_not_exists(y, if_not_exists(z, n))", { x: { N: "5" } }],
    [
      "SET l = list_append(:list, l)",
      { l: { L: [{ S: "x" }, { N: "0" }, { N: "1" }, { N: "2" }, { N: "3" }] } },
    ],
    ["SET x = list_append(if_not_exists(x, :list), :list)", { x: { L: [{ S: "x" }, { S: "x" }] } }],
    ["SET s = n, n = s", { s: { N: "5" }, n: { S: "text" } }],
    [
      "SET m.a = :s, m.b.d = m.b.c",
      {
        m: { M: { a: { S: "new" }, b: { M: { c: { S: "deep" }, d: { S: "deep" } } } } },
      },
    ],
    ["REMOVE m.b.c", { m: { M: { a: { N: "1" }, b: { M: {} } } } }],
    ["REMOVE lost, m.lost, l[9]", {}],
    ["REMOVE l[0], l[1], l[3]", { l: { L: [{ N: "2" }] } }],
    ["SET l[2] = :s REMOVE l[0]", { l: { L: [{ N: "1" }, { S: "new" }, { N: "3" }] } }],
    [
      "SET l[20] = :s, l[10] = :one",
      { l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { N: "3" }, { N: "1" }, { S: "new" }] } },
    ],
    [
      "ADD n :one, x :one, ss :bc",
      {
        n: { N: "6" },
        x: { N: "1" },
        ss: { SS: ["a", "b", "c"] },
      },
    ],
    ["ADD m.a :one", { m: { M: { a: { N: "2" }, b: { M: { c: { S: "deep" } } } } } }],
    ["DELETE ss :bc", { ss: { SS: ["a"] } }],
    ["DELETE ss :ab, lost :ab", { ss: "gone" }],
  ])("%s", async (expression, expected) => {
    expect(await changes(expression)).toEqual(expected);
  });

  test("writes an attribute with a dot in its name like any other", async () => {
    expect(await changes("SET #p = :one")).toEqual({ "a.b": { N: "1" } });
  });
});

describe("an update that the item has no place for", () => {
  const noPlace = "The document path provided in the update expression is invalid for update";
  const noAttribute =
    "The provided expression refers to an attribute that does not exist in the item";
  const wrongType = "An operand in the update expression has an incorrect data type";

  test.each([
    ["SET lost.x = :one", noPlace],
    ["SET s.x = :one", noPlace],
    ["SET m[0] = :one", noPlace],
    ["SET l.x = :one", noPlace],
    ["SET l[9].x = :one", noPlace],
    ["REMOVE lost.x", noPlace],
    ["ADD lost.x :one", noPlace],
    ["SET x = lost", noAttribute],
    ["SET x = lost + :one", noAttribute],
    ["SET x = list_append(lost, :list)", noAttribute],
    ["SET x = s + :one", wrongType],
    ["SET x = list_append(n, :list)", wrongType],
    ["ADD s :one", wrongType],
    ["ADD ns :bc", wrongType],
    ["DELETE n :bc", wrongType],
  ])("%s", async (expression, message) => {
    await expect(update(expression)).rejects.toMatchObject({
      name: "ValidationException",
      message,
    });
  });
});

describe("an update that is refused", () => {
  test.each([
    ["", "The expression can not be empty;"],
    ["INVALID SYNTAX", 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'],
    ["SET", 'Syntax error; token: "<EOF>", near: "SET"'],
    ["SET a = :one,", 'Syntax error; token: "<EOF>", near: ","'],
    ["SET a = :one + :one + :one", 'Syntax error; token: "+", near: ":one + :one"'],
    ["SET a = if_not_exists(a, :one + :one)", 'Syntax error; token: "+", near: ":one + :one"'],
    ["SET :one = a", 'Syntax error; token: ":one", near: "SET :one ="'],
    ["ADD a b", 'Syntax error; token: "b", near: "a b"'],
    ["SET status = :one", "Attribute name is a reserved keyword; reserved keyword: status"],
    ["SET a = f(b)", "Invalid function name; function: f"],
    [
      "SET a = contains(b, :one)",
      "The function is not allowed in an update expression; function: contains",
    ],
    [
      "SET a = list_append(list_append(:list, :list), :list)",
      "The function is not allowed to be used this way in an expression; function: list_append",
    ],
    [
      "SET a = :one SET b = :one",
      'The "SET" section can only be used once in an update expression;',
    ],
    [
      "SET #absent = :one",
      "An expression attribute name used in the document path is not defined; attribute name: #absent",
    ],
    [
      "SET a = :absent",
      "An expression attribute value used in expression is not defined; attribute value: :absent",
    ],
    [
      "SET a = :one REMOVE a",
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
    ],
    [
      "SET a.b[1].c = :one, a.b[1] = :s",
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b, [1], c], path two: [a, b, [1]]",
    ],
    [
      "SET a.b = :one, a[1] = :s",
      "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]",
    ],
    [
      "SET a = :s + :one",
      "Incorrect operand type for operator or function; operator or function: +, operand type: S",
    ],
    [
      "SET a = list_append(:s, l)",
      "Incorrect operand type for operator or function; operator or function: list_append, operand type: S",
    ],
    [
      "SET a = list_append(l)",
      "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1",
    ],
    [
      "SET a = if_not_exists(:one, :s)",
      "Operator or function requires a document path; operator or function: if_not_exists",
    ],
    [
      "ADD a :s",
      "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    ],
    [
      "DELETE a :one",
      "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
    ],
  ])("%s", async (expression, message) => {
    await expect(update(expression)).rejects.toMatchObject({
      name: "ValidationException",
      message: `Invalid UpdateExpression: ${message}`,
    });
  });
});

import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImagesTable, S, startImagesTable } from "./dynamodb/images-table.ts";

const item = {
  id: S("projected"),
  a: { S: "1" },
  l: { L: [{ N: "0" }, { M: { x: { N: "1" }, y: { N: "2" } } }, { N: "2" }] },
  m: { M: { b: { M: { c: { S: "deep" }, d: { S: "more" } } }, e: { S: "f" } } },
};

let images: ImagesTable;
beforeAll(async () => {
  images = await startImagesTable();
  await images.put(item);
});
afterAll(() => images.close());

async function cut(expression: string): Promise<unknown> {
  const { Item } = await images.client.send(
    new GetItemCommand({
      TableName: images.TableName,
      Key: { id: S("projected") },
      ConsistentRead: true,
      ProjectionExpression: expression,
      ...(expression.includes("#a,") || expression === "#a"
        ? { ExpressionAttributeNames: { "#a": "a" } }
        : {}),
    }),
  );
  return Item;
}

describe("a projection", () => {
  test.each([
    ["a, lost", { a: { S: "1" } }],
    ["#a", { a: { S: "1" } }],
    ["m.b.c, m.e", { m: { M: { b: { M: { c: { S: "deep" } } }, e: { S: "f" } } } }],
    ["l[2], l[0]", { l: { L: [{ N: "0" }, { N: "2" }] } }],
    ["l[1].y", { l: { L: [{ M: { y: { N: "2" } } }] } }],
    ["m.lost, l[9], a.x", {}],
  ])("%s", async (expression, expected) => {
    expect(await cut(expression)).toEqual(expected);
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
  ])("%s is refused", async (expression, message) => {
    await expect(cut(expression)).rejects.toThrow(`Invalid ProjectionExpression: ${message}`);
  });
});

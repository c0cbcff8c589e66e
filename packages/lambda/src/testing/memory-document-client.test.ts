import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { conditionalWrite } from "../conditional-write.ts";
import { memoryDocumentClient } from "./memory-document-client.ts";

function table(...items: { id: string; [name: string]: unknown }[]) {
  const memory = memoryDocumentClient("id");
  for (const item of items) memory.items.set(item.id, item);
  return memory;
}

describe("conditions", () => {
  test.each([
    ["attribute_not_exists(n)", true],
    ["attribute_exists(n)", false],
    ["a = :x", true],
    ["a <> :x", false],
    ["a < :y", true],
    ["n < :y", false],
    ["n = :x OR a = :x", true],
    ["a = :y AND a = :x OR a = :x", true],
    ["a = :y AND (a = :x OR a = :x)", false],
    ["NOT a = :y AND a IN (:y, :x)", true],
  ])("%s is %s of {a: x}", async (ConditionExpression, holds) => {
    const { client } = table({ id: "1", a: "x" });
    const ExpressionAttributeValues = Object.fromEntries(
      [":x", ":y"]
        .filter((name) => ConditionExpression.includes(name))
        .map((name) => [name, name.slice(1)]),
    );

    const write = await conditionalWrite(() =>
      client.send(
        new PutCommand({
          TableName: "t",
          Item: { id: "1" },
          ConditionExpression,
          ...(Object.keys(ExpressionAttributeValues).length > 0
            ? { ExpressionAttributeValues }
            : {}),
        }),
      ),
    );

    expect(write.written).toBe(holds);
  });

  test("one that fails says what was in the way when asked to", async () => {
    const { client } = table({ id: "1", a: "x", n: 1.5 });
    const put = (ReturnValuesOnConditionCheckFailure: "ALL_OLD" | "NONE") =>
      new PutCommand({
        TableName: "t",
        Item: { id: "1" },
        ConditionExpression: "attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure,
      });

    await expect(client.send(put("NONE"))).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    expect(await conditionalWrite(() => client.send(put("ALL_OLD")))).toEqual({
      written: false,
      item: { id: "1", a: "x", n: 1.5 },
    });
  });
});

test.each([
  [1, 2, true],
  [2, 2, false],
  [10, 9, false],
])("numbers are compared as numbers: %d < %d is %s", async (n, limit, holds) => {
  const { client } = table({ id: "1", n });

  const write = await conditionalWrite(() =>
    client.send(
      new PutCommand({
        TableName: "t",
        Item: { id: "1" },
        ConditionExpression: "n < :limit",
        ExpressionAttributeValues: { ":limit": limit },
      }),
    ),
  );

  expect(write.written).toBe(holds);
});

test("an update sets and removes attributes and leaves the others", async () => {
  const { client, items } = table({ id: "1", a: "x", b: "y", status: "OLD" });

  await client.send(
    new UpdateCommand({
      TableName: "t",
      Key: { id: "1" },
      UpdateExpression: "SET #status = :new, c = :c REMOVE a",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":new": "NEW", ":c": [1] },
    }),
  );

  expect(items.get("1")).toEqual({ id: "1", b: "y", status: "NEW", c: [1] });
  expect(await client.send(new GetCommand({ TableName: "t", Key: { id: "2" } }))).toEqual({});
});

test("a value that no expression uses is refused, as DynamoDB does", async () => {
  const { client } = table();
  const put = new PutCommand({
    TableName: "t",
    Item: { id: "1" },
    ConditionExpression: "attribute_not_exists(id)",
    ExpressionAttributeValues: { ":x": "x" },
  });
  await expect(client.send(put)).rejects.toThrow("ValidationException");
});

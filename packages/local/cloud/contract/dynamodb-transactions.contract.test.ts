import { randomUUID } from "node:crypto";
import {
  type DynamoDBClient,
  GetItemCommand,
  IdempotentParameterMismatchException,
  PutItemCommand,
  ResourceNotFoundException,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContractTables, openTables } from "./dynamodb/tables.ts";

let tables: ContractTables;
let client: DynamoDBClient;
let photos: string;
let albums: string;

const S = (text: string) => ({ S: text });
const N = (number: string) => ({ N: number });

beforeAll(async () => {
  tables = await openTables();
  ({ client } = tables);
  [photos, albums] = (await Promise.all(
    ["photos", "albums"].map((name) => tables.create(name, { keys: [["id", "S"]] })),
  )) as [string, string];
});

afterAll(() => tables.close());

const put = (id: string, more: object = {}): TransactWriteItem => ({
  Put: { TableName: photos, Item: { id: S(id) }, ...more },
});
const write = (
  TransactItems: TransactWriteItem[],
  more: Partial<TransactWriteItemsCommandInput> = {},
) => client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));
const get = async (id: string, TableName = photos) =>
  (await client.send(new GetItemCommand({ TableName, Key: { id: S(id) }, ConsistentRead: true })))
    .Item;

async function reasonsOf(transaction: Promise<unknown>): Promise<unknown> {
  const error = await transaction.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TransactionCanceledException) return error.CancellationReasons;
  throw error ?? new Error("the transaction was not cancelled");
}

describe("TransactWriteItems", () => {
  test("puts, updates, deletes and checks items of several tables", async () => {
    await client.send(new PutItemCommand({ TableName: albums, Item: { id: S("a"), n: N("1") } }));
    await client.send(new PutItemCommand({ TableName: photos, Item: { id: S("gone") } }));
    await write([
      put("new"),
      {
        Update: {
          TableName: albums,
          Key: { id: S("a") },
          UpdateExpression: "ADD n :one",
          ExpressionAttributeValues: { ":one": N("1") },
        },
      },
      { Delete: { TableName: photos, Key: { id: S("gone") } } },
      {
        ConditionCheck: {
          TableName: photos,
          Key: { id: S("checked") },
          ConditionExpression: "attribute_not_exists(id)",
        },
      },
    ]);

    expect(await get("new")).toEqual({ id: S("new") });
    expect(await get("a", albums)).toEqual({ id: S("a"), n: N("2") });
    expect(await get("gone")).toBeUndefined();
    expect(await get("checked")).toBeUndefined();
  });

  test("one condition that fails cancels all, with a reason for each", async () => {
    await client.send(new PutItemCommand({ TableName: photos, Item: { id: S("there") } }));
    const transaction = write([
      put("not-written"),
      put("there", {
        ConditionExpression: "attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    ]);

    await expect(transaction).rejects.toThrow(
      "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
    );
    expect(await reasonsOf(transaction)).toEqual([
      { Code: "None" },
      {
        Code: "ConditionalCheckFailed",
        Message: "The conditional request failed",
        Item: { id: S("there") },
      },
    ]);
    expect(await get("not-written")).toBeUndefined();
  });

  test("what the item or its table doesn't allow is a reason too", async () => {
    const update = (UpdateExpression: string, id: object = S("there")): TransactWriteItem => ({
      Update: {
        TableName: photos,
        Key: { id: id as { S: string } },
        UpdateExpression,
        ExpressionAttributeValues: { ":v": N("1") },
      },
    });

    expect(await reasonsOf(write([put("x"), update("SET a.b = :v")]))).toEqual([
      { Code: "None" },
      {
        Code: "ValidationError",
        Message: "The document path provided in the update expression is invalid for update",
      },
    ]);
    expect(await reasonsOf(write([update("SET a = :v", N("1"))]))).toEqual([
      { Code: "ValidationError", Message: "The provided key element does not match the schema" },
    ]);
  });

  test("an empty key is refused before the transaction", async () => {
    await expect(write([put("x"), put("")])).rejects.toMatchObject({
      name: "ValidationException",
      message:
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id",
    });
  });

  test("a repeated request does nothing more", async () => {
    const add: TransactWriteItem = {
      Update: {
        TableName: photos,
        Key: { id: S("counted") },
        UpdateExpression: "ADD n :one",
        ExpressionAttributeValues: { ":one": N("1") },
      },
    };
    const request = { ClientRequestToken: randomUUID(), ReturnConsumedCapacity: "TOTAL" } as const;
    const first = await write([add], request);
    const second = await write([add], request);

    expect(await get("counted")).toEqual({ id: S("counted"), n: N("1") });
    expect(first.ConsumedCapacity).toEqual([
      { TableName: photos, CapacityUnits: 2, WriteCapacityUnits: 2 },
    ]);
    expect(second.ConsumedCapacity).toEqual([
      { TableName: photos, CapacityUnits: 2, ReadCapacityUnits: 2 },
    ]);
    await expect(write([put("other")], request)).rejects.toBeInstanceOf(
      IdempotentParameterMismatchException,
    );
  });

  test("a cancelled request may be tried again with its token", async () => {
    const request = { ClientRequestToken: randomUUID() };
    const conditional = put("later", { ConditionExpression: "attribute_exists(id)" });
    await expect(write([conditional], request)).rejects.toBeInstanceOf(
      TransactionCanceledException,
    );
    await client.send(new PutItemCommand({ TableName: photos, Item: { id: S("later") } }));

    await write([conditional], request);
  });

  test.each<[string, () => TransactWriteItem[], string]>([
    [
      "two actions on one item",
      () => [put("same"), { Delete: { TableName: photos, Key: { id: S("same") } } }],
      "Transaction request cannot include multiple operations on one item",
    ],
    [
      "two actions in one member",
      () => [{ ...put("a"), Delete: { TableName: photos, Key: { id: S("a") } } }],
      "TransactItems can only contain one of Check, Put, Update or Delete",
    ],
    [
      "a member without an action",
      () => [{}],
      "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
    ],
    [
      "nothing",
      () => [],
      "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      "an expression that is none",
      () => [put("a", { ConditionExpression: "attribute_exists(" })],
      'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("',
    ],
  ])("refuses %s", async (_what, items, message) => {
    await expect(write(items())).rejects.toMatchObject({ name: "ValidationException", message });
  });

  test("takes 100 actions and not one more", async () => {
    const actions = (count: number) => Array.from({ length: count }, (_, n) => put(`many-${n}`));

    await write(actions(100));
    await expect(write(actions(101))).rejects.toThrow(
      /Member must have length less than or equal to 100$/,
    );
  });

  test("takes 4 MB and not more", async () => {
    const actions = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        put("", { Item: { id: S(`mb-${n}`), p: S("x".repeat(400_000)) } }),
      );

    await write(actions(10));
    await expect(write(actions(11))).rejects.toThrow(/4MB/);
  });

  test("refuses a table that isn't there", async () => {
    const transaction = write([{ Put: { TableName: "nowhere", Item: { id: S("a") } } }]);

    await expect(transaction).rejects.toBeInstanceOf(ResourceNotFoundException);
  });
});

describe("TransactGetItems", () => {
  const read = (ids: readonly object[], more: object = {}) =>
    client.send(
      new TransactGetItemsCommand({
        TransactItems: ids.map((id) => ({
          Get: { TableName: photos, Key: { id: id as { S: string } }, ...more },
        })),
        ReturnConsumedCapacity: "TOTAL",
      }),
    );

  test("answers for every item in its place", async () => {
    await client.send(
      new PutItemCommand({ TableName: photos, Item: { id: S("read"), a: N("1"), b: N("2") } }),
    );
    const answer = await read([S("read"), S("nothing")], { ProjectionExpression: "a" });

    expect(answer.Responses).toEqual([{ Item: { a: N("1") } }, {}]);
    expect(answer.ConsumedCapacity).toEqual([
      { TableName: photos, CapacityUnits: 4, ReadCapacityUnits: 4 },
    ]);
  });

  test("a key that is none cancels it", async () => {
    expect(await reasonsOf(read([S("read"), N("1")]))).toEqual([
      { Code: "None" },
      { Code: "ValidationError", Message: "The provided key element does not match the schema" },
    ]);
  });
});

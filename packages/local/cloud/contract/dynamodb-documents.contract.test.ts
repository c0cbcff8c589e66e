import { randomUUID } from "node:crypto";
import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateScan,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContractTables, openTables } from "./dynamodb/tables.ts";

let tables: ContractTables;
let documents: DynamoDBDocumentClient;
let TableName: string;

beforeAll(async () => {
  tables = await openTables();
  documents = DynamoDBDocumentClient.from(tables.client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  TableName = await tables.create("documents", {
    keys: [
      ["album", "S"],
      ["n", "N"],
    ],
  });
});
afterAll(() => tables.close());

const get = async (album: string, n = 1) => {
  const { Item } = await documents.send(
    new GetCommand({ TableName, Key: { album, n }, ConsistentRead: true }),
  );
  return Item;
};

describe("the document client", () => {
  test("reads back what it wrote, of every type", async () => {
    const item = {
      album: "types",
      n: 1,
      text: "日本 📷",
      empty: "",
      small: -1.5e-7,
      none: null,
      no: false,
      bytes: new Uint8Array([0, 255]),
      list: [1, "a", [], { deep: [null] }],
      map: { a: {}, "b.c": 1 },
      words: new Set(["b", "a"]),
      numbers: new Set([1, 2.5]),
      binaries: new Set([new Uint8Array([1])]),
      gone: undefined,
    };
    await documents.send(new PutCommand({ TableName, Item: item }));
    const { gone: _, ...kept } = item;

    expect(await get("types")).toEqual(kept);
  });

  test("updates nested documents and tells the new ones", async () => {
    await documents.send(
      new PutCommand({ TableName, Item: { album: "nested", n: 1, tags: [{ name: "cat" }] } }),
    );
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName,
        Key: { album: "nested", n: 1 },
        UpdateExpression:
          "SET tags = list_append(tags, :more), #m = :map, seen = if_not_exists(seen, :zero) + :one ADD words :words",
        ExpressionAttributeNames: { "#m": "map" },
        ExpressionAttributeValues: {
          ":more": [{ name: "dog", confidence: 98.5 }],
          ":map": { a: { b: [1] } },
          ":zero": 0,
          ":one": 1,
          ":words": new Set(["x"]),
        },
        ReturnValues: "UPDATED_NEW",
      }),
    );

    expect(Attributes).toEqual({
      tags: [{ name: "cat" }, { name: "dog", confidence: 98.5 }],
      map: { a: { b: [1] } },
      seen: 1,
      words: new Set(["x"]),
    });
  });

  test("hands over numbers of 38 digits as they are, when it is asked to", async () => {
    const exact = DynamoDBDocumentClient.from(new DynamoDBClient(tables.target.client), {
      unmarshallOptions: { wrapNumbers: true },
    });
    const value = BigInt("12345678901234567890123456789012345678");
    await exact.send(new PutCommand({ TableName, Item: { album: "digits", n: 1, value } }));
    const { Item } = await exact.send(
      new GetCommand({ TableName, Key: { album: "digits", n: 1 } }),
    );

    exact.destroy();
    expect(String(Item?.value.value)).toBe(String(value));
  });

  test("writes and reads batches, and reads them page by page", async () => {
    const items = Array.from({ length: 25 }, (_, n) => ({ album: "batch", n, even: n % 2 === 0 }));
    await documents.send(
      new BatchWriteCommand({
        RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
    const { Responses } = await documents.send(
      new BatchGetCommand({
        RequestItems: {
          [TableName]: { Keys: items.map(({ album, n }) => ({ album, n })), ConsistentRead: true },
        },
      }),
    );
    expect(Responses?.[TableName]?.toSorted((a, b) => a.n - b.n)).toEqual(items);

    const { Items } = await documents.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "album = :album AND n BETWEEN :from AND :to",
        FilterExpression: "even = :even",
        ExpressionAttributeValues: { ":album": "batch", ":from": 3, ":to": 8, ":even": true },
        ConsistentRead: true,
        ScanIndexForward: false,
      }),
    );
    expect(Items?.map(({ n }) => n)).toEqual([8, 6, 4]);

    const scanned: unknown[] = [];
    for await (const page of paginateScan(
      { client: documents, pageSize: 4 },
      {
        TableName,
        ConsistentRead: true,
        FilterExpression: "album = :album",
        ExpressionAttributeValues: { ":album": "batch" },
      },
    )) {
      expect(page.ScannedCount).toBeLessThanOrEqual(4);
      scanned.push(...(page.Items ?? []));
    }
    expect(scanned).toHaveLength(25);
  });

  test("takes part in transactions, and tells the item that a condition met", async () => {
    const Key = { album: "transaction", n: 1 };
    const write = () =>
      documents.send(
        new TransactWriteCommand({
          ClientRequestToken: randomUUID(),
          TransactItems: [
            {
              Put: {
                TableName,
                Item: { ...Key, by: "me" },
                ConditionExpression: "attribute_not_exists(album)",
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
              },
            },
            {
              Update: {
                TableName,
                Key: { ...Key, n: 2 },
                UpdateExpression: "ADD times :one",
                ExpressionAttributeValues: { ":one": 1 },
              },
            },
          ],
        }),
      );
    await write();
    const again = write();

    await expect(again).rejects.toBeInstanceOf(TransactionCanceledException);
    await expect(again).rejects.toMatchObject({
      CancellationReasons: [
        // Of errors the document client leaves the items as they came.
        { Code: "ConditionalCheckFailed", Item: { by: { S: "me" }, n: { N: "1" } } },
        { Code: "None" },
      ],
    });
    const { Responses } = await documents.send(
      new TransactGetCommand({
        TransactItems: [1, 2, 3].map((n) => ({ Get: { TableName, Key: { ...Key, n } } })),
      }),
    );
    expect(Responses?.map(({ Item }) => Item)).toEqual([
      { ...Key, by: "me" },
      { ...Key, n: 2, times: 1 },
      undefined,
    ]);
  });

  test("deletes, and gives back what was there", async () => {
    await documents.send(new PutCommand({ TableName, Item: { album: "old", n: 1, a: [1] } }));
    const { Attributes } = await documents.send(
      new DeleteCommand({ TableName, Key: { album: "old", n: 1 }, ReturnValues: "ALL_OLD" }),
    );

    expect(Attributes).toEqual({ album: "old", n: 1, a: [1] });
    expect(await get("old")).toBeUndefined();
  });
});

import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImagesTable, N, S, startImagesTable } from "./dynamodb/images-table.ts";

let images: ImagesTable;
let TableName: string;
let client: ImagesTable["client"];
let put: ImagesTable["put"];

beforeAll(async () => {
  images = await startImagesTable();
  ({ client, put, TableName } = images);
});

afterAll(() => images.close());

describe("batches", () => {
  test("write and read items of several tables", async () => {
    const pair = { hash: { B: new Uint8Array([1]) }, range: N("5") };
    await put({ id: S("batch-old") });
    const written = await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: { id: S("batch-a"), v: N("1") } } },
            { DeleteRequest: { Key: { id: S("batch-old") } } },
          ],
          [images.pairs]: [{ PutRequest: { Item: pair } }],
        },
      }),
    );
    const read = await client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [TableName]: {
            Keys: [{ id: S("batch-a") }, { id: S("batch-old") }],
            ProjectionExpression: "#v",
            ExpressionAttributeNames: { "#v": "v" },
          },
          [images.pairs]: { Keys: [pair] },
        },
      }),
    );

    expect(written.UnprocessedItems).toEqual({});
    expect(read.Responses).toEqual({ [TableName]: [{ v: N("1") }], [images.pairs]: [pair] });
    expect(read.UnprocessedKeys).toEqual({});
  });

  test("give back the keys that don't fit into 16 MB", async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `big-${index}`);
    await Promise.all(ids.map((id) => put({ id: S(id), p: S("x".repeat(400_000)) })));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: ids.map((id) => ({ id: S(id) })) } },
      }),
    );

    const left = UnprocessedKeys?.[TableName]?.Keys ?? [];
    const read = Responses?.[TableName] ?? [];
    expect(read.length).toBeLessThanOrEqual(41);
    expect([...read.map(({ id }) => id), ...left.map(({ id }) => id)]).toHaveLength(45);
    expect(new Set([...read, ...left].map(({ id }) => id?.S))).toEqual(new Set(ids));
  });

  test.each([
    ["a key twice", 2, () => S("same"), "Provided list of item keys contains duplicates"],
    [
      "26 requests",
      26,
      (index: number) => S(`item-${index}`),
      /Map value must satisfy constraint: \[Member must have length less than or equal to 25/,
    ],
    [
      "a key of another type",
      1,
      () => N("1"),
      "The provided key element does not match the schema",
    ],
  ])("refuse %s", async (_what, length, id, message) => {
    const PutRequests = Array.from({ length }, (_, index) => ({
      PutRequest: { Item: { id: id(index) } },
    }));
    const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: PutRequests } });

    await expect(client.send(batch)).rejects.toThrow(message);
  });

  test("refuse to read a key twice", async () => {
    const Keys = [{ id: S("same") }, { id: S("same") }];
    const batch = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } });

    await expect(client.send(batch)).rejects.toMatchObject({
      name: "ValidationException",
      message: "Provided list of item keys contains duplicates",
    });
  });

  test("refuse an item that is too large, and write none of the others", async () => {
    const batch = new BatchWriteItemCommand({
      RequestItems: {
        [TableName]: [
          { PutRequest: { Item: { id: S("batch-small") } } },
          { PutRequest: { Item: { id: S("batch-large"), p: S("x".repeat(409_600)) } } },
        ],
      },
    });

    await expect(client.send(batch)).rejects.toThrow(
      "Item size has exceeded the maximum allowed size",
    );
    expect(await images.get("batch-small")).toBeUndefined();
  });

  test("refuse to be empty, and tables that aren't there", async () => {
    await expect(client.send(new BatchGetItemCommand({ RequestItems: {} }))).rejects.toThrow(
      /at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1$/,
    );
    await expect(
      client.send(
        new BatchWriteItemCommand({ RequestItems: { nowhere: [{ DeleteRequest: { Key: {} } }] } }),
      ),
    ).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  test("tell the capacity of each table", async () => {
    const { ConsumedCapacity } = await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: { id: S("paid"), p: S("x".repeat(1_500)) } } },
            { DeleteRequest: { Key: { id: S("unpaid") } } },
          ],
        },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );

    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 3 }]);
  });

  test("refuse more than 100 keys", async () => {
    const keys = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ id: S(`k${index}`) }));
    const read = (RequestItems: Record<string, { Keys: { id: { S: string } }[] }>) =>
      client.send(new BatchGetItemCommand({ RequestItems }));

    await expect(read({ [TableName]: { Keys: keys(101) } })).rejects.toThrow(
      /length less than or equal to 100/,
    );
    await expect(
      read({ [TableName]: { Keys: keys(60) }, [images.pairs]: { Keys: keys(60) } }),
    ).rejects.toThrow("Too many items requested for the BatchGetItem call");
  });
});

import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from "./testing/dynamodb-endpoint.ts";

let endpoint: DynamoDbEndpoint;
let client: DynamoDBClient;

const S = (text: string) => ({ S: text });

beforeAll(async () => {
  endpoint = await startDynamoDbEndpoint();
  ({ client } = endpoint);
});

afterAll(async () => {
  expect(endpoint.faults).toEqual([]);
  await endpoint.close();
});

const table: CreateTableCommandInput = {
  TableName: "made",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "id", AttributeType: "S" },
    { AttributeName: "n", AttributeType: "N" },
    { AttributeName: "album", AttributeType: "S" },
  ],
  KeySchema: [
    { AttributeName: "id", KeyType: "HASH" },
    { AttributeName: "n", KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "byAlbum",
      KeySchema: [{ AttributeName: "album", KeyType: "HASH" }],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["title"] },
    },
  ],
};
const create = (input: Partial<CreateTableCommandInput>) =>
  client.send(new CreateTableCommand({ ...table, ...input }));
const describeTable = async (TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table;

describe("a table made by a client", () => {
  test("is there at once", async () => {
    await create({});

    expect(await describeTable("made")).toMatchObject({
      TableStatus: "ACTIVE",
      GlobalSecondaryIndexes: [{ IndexStatus: "ACTIVE" }],
      CreationDateTime: new Date(endpoint.now),
    });
  });

  test("takes the writes that were under way when it got another index", async () => {
    const writes = Array.from({ length: 20 }, (_, n) =>
      client.send(
        new PutItemCommand({
          TableName: "made",
          Item: { id: S("busy"), n: { N: String(n) }, album: S("busy"), owner: S("me") },
        }),
      ),
    );
    const index = (action: "Create" | "Delete") =>
      client.send(
        new UpdateTableCommand({
          TableName: "made",
          AttributeDefinitions: [{ AttributeName: "owner", AttributeType: "S" }],
          GlobalSecondaryIndexUpdates: [
            action === "Delete"
              ? { Delete: { IndexName: "byOwner" } }
              : {
                  Create: {
                    IndexName: "byOwner",
                    KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
                    Projection: { ProjectionType: "KEYS_ONLY" },
                  },
                },
          ],
        }),
      );
    await Promise.all([...writes, index("Create")]);
    const { Count } = await client.send(
      new ScanCommand({ TableName: "made", IndexName: "byOwner" }),
    );
    expect(Count).toBe(20);

    await index("Delete");
    for (let n = 0; n < 20; n++) {
      await client.send(
        new DeleteItemCommand({ TableName: "made", Key: { id: S("busy"), n: { N: String(n) } } }),
      );
    }
  });

  test("counts its items, and its index what it holds of them", async () => {
    const item = { id: S("a"), n: { N: "1" }, album: S("x"), title: S("Sea"), secret: S("long") };
    await client.send(new PutItemCommand({ TableName: "made", Item: item }));
    await client.send(
      new PutItemCommand({ TableName: "made", Item: { id: S("a"), n: { N: "2" } } }),
    );
    const { Items } = await client.send(
      new QueryCommand({
        TableName: "made",
        IndexName: "byAlbum",
        KeyConditionExpression: "album = :a",
        ExpressionAttributeValues: { ":a": S("x") },
      }),
    );
    const { secret: _, ...projected } = item;

    expect(Items).toEqual([projected]);
    expect(await describeTable("made")).toMatchObject({
      ItemCount: 2,
      TableSizeBytes: 3 + 3 + 6 + 8 + 10 + (3 + 3),
      GlobalSecondaryIndexes: [{ ItemCount: 1, IndexSizeBytes: 3 + 3 + 6 + 8 }],
    });
  });

  test.each<[string, Partial<CreateTableCommandInput>, string]>([
    [
      "what is not supported",
      { StreamSpecification: { StreamEnabled: true } },
      "The local cloud does not support the parameter StreamSpecification.",
    ],
    [
      "local indexes",
      { LocalSecondaryIndexes: [] },
      "The local cloud does not support the parameter LocalSecondaryIndexes.",
    ],
  ])("is refused with %s", async (_what, input, message) => {
    await expect(create({ TableName: "refused", ...input })).rejects.toMatchObject({
      name: "ValidationException",
      message,
    });
  });

  test("has no time to live, and none can be set", async () => {
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: "made" }),
    );
    const set = client.send(
      new UpdateTimeToLiveCommand({
        TableName: "made",
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      }),
    );

    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
    await expect(set).rejects.toThrow(
      "The local cloud does not support dynamodb:UpdateTimeToLive.",
    );
  });
});

describe("a table of a stack", () => {
  const draft = (index?: "ALL" | "KEYS_ONLY", hash = "album") => ({
    name: "declared",
    hashKey: { name: "id", type: "S" as const },
    globalSecondaryIndexes:
      index === undefined
        ? []
        : [{ name: "byHash", hashKey: { name: hash, type: "S" as const }, projection: index }],
  });
  const byHash = async (attribute: string) => {
    const { Items } = await client.send(
      new QueryCommand({
        TableName: "declared",
        IndexName: "byHash",
        KeyConditionExpression: "#k = :v",
        ExpressionAttributeNames: { "#k": attribute },
        ExpressionAttributeValues: { ":v": S("x") },
      }),
    );
    return Items;
  };

  test("keeps its items when it is declared again, and fills an index that is new or other", async () => {
    endpoint.dynamodb.putTable(draft());
    const item = { id: S("1"), album: S("x"), owner: S("x"), more: S("m") };
    await client.send(new PutItemCommand({ TableName: "declared", Item: item }));
    await client.send(
      new PutItemCommand({ TableName: "declared", Item: { id: S("2"), album: { N: "1" } } }),
    );

    endpoint.dynamodb.putTable(draft("ALL"));
    expect(await byHash("album")).toEqual([item]);

    endpoint.dynamodb.putTable(draft("KEYS_ONLY"));
    expect(await byHash("album")).toEqual([{ id: S("1"), album: S("x") }]);

    endpoint.dynamodb.putTable(draft("ALL", "owner"));
    expect(await byHash("owner")).toEqual([item]);

    endpoint.dynamodb.putTable(draft());
    await expect(byHash("owner")).rejects.toThrow("does not have the specified index");
  });

  test("is not given other keys", () => {
    expect(() =>
      endpoint.dynamodb.putTable({ ...draft(), hashKey: { name: "other", type: "S" } }),
    ).toThrow(/^The table declared has other keys than the stack says now/);
  });
});

import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  ScanCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
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
  test("is there at once, with all that was said about it", async () => {
    const { TableDescription } = await create({});
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: "made" });

    expect(TableDescription).toMatchObject({
      TableName: "made",
      TableStatus: "ACTIVE",
      TableArn: "arn:aws:dynamodb:us-east-1:000000000000:table/made",
      KeySchema: table.KeySchema,
      AttributeDefinitions: table.AttributeDefinitions,
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      GlobalSecondaryIndexes: [
        {
          IndexName: "byAlbum",
          IndexStatus: "ACTIVE",
          IndexArn: "arn:aws:dynamodb:us-east-1:000000000000:table/made/index/byAlbum",
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["title"] },
        },
      ],
    });
    expect(TableDescription?.CreationDateTime).toEqual(new Date(endpoint.now));
    await expect(create({})).rejects.toBeInstanceOf(ResourceInUseException);
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

  test("keeps the throughput that it was given", async () => {
    await create({
      TableName: "provisioned",
      BillingMode: "PROVISIONED",
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 },
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      GlobalSecondaryIndexes: undefined,
    });

    expect(await describeTable("provisioned")).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 },
    });
  });

  test("is gone when it is deleted, and another of its name is empty", async () => {
    const index = { TableName: "made", IndexName: "byAlbum" };
    const { TableDescription } = await client.send(new DeleteTableCommand({ TableName: "made" }));
    await waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName: "made" });
    await create({});

    expect(TableDescription?.TableStatus).toBe("DELETING");
    expect((await client.send(new ScanCommand({ TableName: "made" }))).Count).toBe(0);
    expect((await client.send(new ScanCommand(index))).Count).toBe(0);
  });

  test.each<[string, Partial<CreateTableCommandInput>, string]>([
    [
      "units that nobody pays for",
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    ],
    [
      "provisioned billing without units",
      { BillingMode: "PROVISIONED" },
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    ],
    [
      "a key without a type",
      { AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }] },
      "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [id, n], AttributeDefinitions: [id]",
    ],
    [
      "a range without a hash",
      { KeySchema: [{ AttributeName: "id", KeyType: "RANGE" }] },
      "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ],
    [
      "a type without a key",
      { GlobalSecondaryIndexes: undefined },
      "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    ],
    [
      "a name that is too short",
      { TableName: "ab" },
      "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ],
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
});

describe("the tables", () => {
  test("are listed in pages", async () => {
    const first = await client.send(new ListTablesCommand({ Limit: 1 }));
    const second = await client.send(
      new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }),
    );

    expect(first).toMatchObject({ TableNames: ["made"], LastEvaluatedTableName: "made" });
    expect(second.TableNames).toEqual(["provisioned"]);
    expect(second.LastEvaluatedTableName).toBeUndefined();
  });

  test("that aren't there are named", async () => {
    for (const command of [
      new DescribeTableCommand({ TableName: "nowhere" }),
      new DeleteTableCommand({ TableName: "nowhere" }),
      new DescribeTimeToLiveCommand({ TableName: "nowhere" }),
    ]) {
      const sent = client.send(command as DescribeTableCommand);
      await expect(sent).rejects.toBeInstanceOf(ResourceNotFoundException);
      await expect(sent).rejects.toThrow("Requested resource not found: Table: nowhere not found");
    }
  });

  test("have no time to live, and none can be set", async () => {
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

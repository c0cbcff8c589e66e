import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ContractTables, openTables, tableInput } from "./dynamodb/tables.ts";

/** On AWS a table takes seconds, an index minutes. */
const patience = 900_000;

let tables: ContractTables;
let client: DynamoDBClient;

beforeAll(async () => {
  tables = await openTables();
  ({ client } = tables);
});
afterAll(() => tables.close(), patience);

const S = (text: string) => ({ S: text });

const table: Omit<CreateTableCommandInput, "TableName"> = tableInput({
  keys: [
    ["id", "S"],
    ["n", "N"],
  ],
  indexes: {
    byAlbum: {
      keys: [["album", "S"]],
      projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["title"] },
    },
  },
});
const describeTable = async (TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table;

const untilActive = (TableName: string) =>
  vi.waitFor(
    async () => {
      const described = await describeTable(TableName);
      const indexes = described?.GlobalSecondaryIndexes ?? [];
      expect(described?.TableStatus).toBe("ACTIVE");
      expect(indexes.every(({ IndexStatus }) => IndexStatus === "ACTIVE")).toBe(true);
      return described;
    },
    { timeout: patience, interval: 500 },
  );

describe("a table", () => {
  test("comes and goes, and another of its name is empty", { timeout: patience }, async () => {
    const TableName = tables.target.uniqueName("made");
    const create = () => client.send(new CreateTableCommand({ TableName, ...table }));
    const { TableDescription } = await create();
    expect(TableDescription).toMatchObject({ TableName, TableStatus: "CREATING", ItemCount: 0 });

    const described = await untilActive(TableName);
    expect(described).toMatchObject({
      TableName,
      KeySchema: table.KeySchema,
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      GlobalSecondaryIndexes: [
        {
          IndexName: "byAlbum",
          IndexArn: `${described?.TableArn}/index/byAlbum`,
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["title"] },
        },
      ],
      DeletionProtectionEnabled: false,
    });
    expect(new Set(described?.AttributeDefinitions)).toEqual(new Set(table.AttributeDefinitions));
    expect(described?.TableArn).toMatch(new RegExp(`^arn:aws:dynamodb:.+:table/${TableName}$`));
    await expect(create()).rejects.toBeInstanceOf(ResourceInUseException);

    await client.send(
      new PutItemCommand({ TableName, Item: { id: S("a"), n: { N: "1" }, album: S("x") } }),
    );
    const deleted = await client.send(new DeleteTableCommand({ TableName }));
    expect(deleted.TableDescription?.TableStatus).toBe("DELETING");
    await waitUntilTableNotExists({ client, minDelay: 1, maxWaitTime: 300 }, { TableName });
    await expect(describeTable(TableName)).rejects.toBeInstanceOf(ResourceNotFoundException);

    await create();
    await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 300 }, { TableName });
    for (const IndexName of [undefined, "byAlbum"]) {
      expect((await client.send(new ScanCommand({ TableName, IndexName }))).Count).toBe(0);
    }
    await client.send(new DeleteTableCommand({ TableName }));
  });

  test("keeps the throughput that it was given", { timeout: patience }, async () => {
    const TableName = tables.target.uniqueName("provisioned");
    await client.send(
      new CreateTableCommand({
        TableName,
        ...tableInput({ keys: [["id", "S"]] }),
        BillingMode: "PROVISIONED",
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 1 },
      }),
    );
    const described = await untilActive(TableName);

    expect(described?.ProvisionedThroughput).toMatchObject({
      ReadCapacityUnits: 2,
      WriteCapacityUnits: 1,
    });
    await expect(
      client.send(
        new UpdateTableCommand({
          TableName,
          ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 1 },
        }),
      ),
    ).rejects.toThrow(/^The provisioned throughput for the table will not change\. /);
    await client.send(
      new UpdateTableCommand({
        TableName,
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      }),
    );
    expect((await untilActive(TableName))?.ProvisionedThroughput?.ReadCapacityUnits).toBe(1);
    await client.send(new UpdateTableCommand({ TableName, BillingMode: "PAY_PER_REQUEST" }));
    expect((await untilActive(TableName))?.BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
    await client.send(new DeleteTableCommand({ TableName }));
  });

  test("that is protected is not deleted", { timeout: patience }, async () => {
    const TableName = tables.target.uniqueName("protected");
    await client.send(
      new CreateTableCommand({
        TableName,
        ...tableInput({ keys: [["id", "S"]] }),
        DeletionProtectionEnabled: true,
      }),
    );
    expect((await untilActive(TableName))?.DeletionProtectionEnabled).toBe(true);

    await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject({
      name: "ValidationException",
      message:
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    });
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await untilActive(TableName);
    await client.send(new DeleteTableCommand({ TableName }));
  });

  test("has the tags that it was given", { timeout: patience }, async () => {
    const TableName = tables.target.uniqueName("tagged");
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName,
        ...tableInput({ keys: [["id", "S"]] }),
        Tags: [{ Key: "team", Value: "photos" }],
      }),
    );
    const ResourceArn = TableDescription?.TableArn;
    const tags = async () => {
      const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
      return Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    };
    await untilActive(TableName);
    expect(await tags()).toEqual({ team: "photos" });

    await client.send(
      new TagResourceCommand({
        ResourceArn,
        Tags: [
          { Key: "team", Value: "albums" },
          { Key: "stage", Value: "" },
        ],
      }),
    );
    await expect.poll(tags, { timeout: 60_000 }).toEqual({ team: "albums", stage: "" });
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["team", "other"] }));
    await expect.poll(tags, { timeout: 60_000 }).toEqual({ stage: "" });
    await client.send(new DeleteTableCommand({ TableName }));
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
  ])("is refused with %s", async (_what, input, message) => {
    const TableName = tables.target.uniqueName("refused");
    const create = new CreateTableCommand({ TableName, ...table, ...input });

    await expect(client.send(create)).rejects.toMatchObject({
      name: "ValidationException",
      message,
    });
  });
});

describe("UpdateTable", () => {
  let TableName: string;
  beforeAll(async () => {
    TableName = await tables.create("updated", { keys: [["id", "S"]] });
  }, patience);
  const update = (input: Partial<UpdateTableCommandInput>) =>
    client.send(new UpdateTableCommand({ TableName, ...input }));
  const albums = {
    AttributeDefinitions: [{ AttributeName: "album", AttributeType: "S" as const }],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: "byAlbum",
          KeySchema: [{ AttributeName: "album", KeyType: "HASH" as const }],
          Projection: { ProjectionType: "ALL" as const },
        },
      },
    ],
  };
  const inAlbum = async () => {
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: "byAlbum",
        KeyConditionExpression: "album = :a",
        ExpressionAttributeValues: { ":a": S("x") },
      }),
    );
    return Items;
  };

  test("adds an index of the items that are there, and takes it away", {
    timeout: patience,
  }, async () => {
    const item = { id: S("1"), album: S("x"), title: S("Sea") };
    await client.send(new PutItemCommand({ TableName, Item: item }));
    await client.send(new PutItemCommand({ TableName, Item: { id: S("2"), album: { N: "1" } } }));
    await expect(inAlbum()).rejects.toThrow("The table does not have the specified index: byAlbum");

    const { TableDescription } = await update(albums);
    expect(TableDescription).toMatchObject({
      TableStatus: "UPDATING",
      GlobalSecondaryIndexes: [{ IndexName: "byAlbum", IndexStatus: "CREATING" }],
    });
    await untilActive(TableName);
    await expect.poll(inAlbum, { timeout: 60_000 }).toEqual([item]);

    await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "byAlbum" } }] });
    await vi.waitFor(
      async () => expect((await describeTable(TableName))?.GlobalSecondaryIndexes).toBeUndefined(),
      { timeout: patience, interval: 500 },
    );
    await expect(inAlbum()).rejects.toThrow("The table does not have the specified index: byAlbum");
    await untilActive(TableName);
  });

  test("refuses what changes nothing, and indexes that aren't there", async () => {
    await expect(update({})).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/^At least one of ProvisionedThroughput, BillingMode, /),
    });
    await expect(
      update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "byNothing" } }] }),
    ).rejects.toBeInstanceOf(ResourceNotFoundException);
  });
});

describe("the tables", () => {
  test("are listed in pages", async () => {
    const name = await tables.create("listed", { keys: [["id", "S"]] });
    const seen: string[] = [];
    let start: string | undefined;
    do {
      const page = await client.send(
        new ListTablesCommand({ Limit: 1, ExclusiveStartTableName: start }),
      );
      seen.push(...(page.TableNames ?? []));
      expect(page.TableNames?.length).toBeLessThanOrEqual(1);
      start = page.LastEvaluatedTableName;
    } while (start !== undefined);

    expect(seen).toContain(name);
    expect(seen).toEqual([...new Set(seen)]);
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

  test("have no time to live unless it is switched on", async () => {
    const TableName = await tables.create("lasting", { keys: [["id", "S"]] });
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName }),
    );

    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
  });
});

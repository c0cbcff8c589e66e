import {
  BatchGetItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TagResourceCommand,
  TransactWriteItemsCommand,
  UntagResourceCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from "./testing/dynamodb-endpoint.ts";

let endpoint: DynamoDbEndpoint;

const tableArn = "arn:aws:dynamodb:us-east-1:000000000000:table/photos";
const Key = { id: { S: "1" } };

beforeAll(async () => {
  endpoint = await startDynamoDbEndpoint();
  endpoint.dynamodb.putTable({
    name: "photos",
    hashKey: { name: "id", type: "S" },
    globalSecondaryIndexes: [
      { name: "byAlbum", hashKey: { name: "album", type: "S" }, projection: "ALL" },
    ],
  });
});

afterAll(() => endpoint.close());

/** A client with a role that may do `actions` on `resource`. */
function clientWho(name: string, actions: string[], resource: string): DynamoDBClient {
  const key = endpoint.roleKey(name, { Effect: "Allow", Action: actions, Resource: resource });
  return endpoint.clientFor(key);
}

const denied = (name: string, action: string, resource: string) => ({
  name: "AccessDeniedException",
  message: `User: arn:aws:sts::000000000000:assumed-role/${name}/session is not authorized to perform: dynamodb:${action} on resource: ${resource} because no identity-based policy allows the dynamodb:${action} action`,
});

test("a role does what it may on its table, and nothing else", async () => {
  const reader = clientWho("reader", ["dynamodb:GetItem"], tableArn);

  await reader.send(new GetItemCommand({ TableName: "photos", Key }));
  await expect(
    reader.send(new PutItemCommand({ TableName: "photos", Item: Key })),
  ).rejects.toMatchObject(denied("reader", "PutItem", tableArn));
  await expect(reader.send(new GetItemCommand({ TableName: "others", Key }))).rejects.toMatchObject(
    denied("reader", "GetItem", tableArn.replace("photos", "others")),
  );
  await expect(reader.send(new ListTablesCommand({}))).rejects.toMatchObject(
    denied("reader", "ListTables", tableArn.replace("photos", "*")),
  );
});

test("an index has its own ARN", async () => {
  const query = new QueryCommand({
    TableName: "photos",
    IndexName: "byAlbum",
    KeyConditionExpression: "album = :a",
    ExpressionAttributeValues: { ":a": { S: "x" } },
  });
  const ofTable = clientWho("of-table", ["dynamodb:Query"], tableArn);
  const ofIndex = clientWho("of-index", ["dynamodb:Query"], `${tableArn}/index/byAlbum`);

  await ofIndex.send(query);
  await expect(ofTable.send(query)).rejects.toMatchObject(
    denied("of-table", "Query", `${tableArn}/index/byAlbum`),
  );
});

test("a batch needs its own permission, a transaction that of each action in it", async () => {
  const writer = clientWho("writer", ["dynamodb:PutItem", "dynamodb:GetItem"], tableArn);
  const transaction = (check: boolean) =>
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: "photos", Item: Key } },
        ...(check
          ? [
              {
                ConditionCheck: {
                  TableName: "photos",
                  Key: { id: { S: "2" } },
                  ConditionExpression: "attribute_not_exists(id)",
                },
              },
            ]
          : []),
      ],
    });

  await writer.send(transaction(false));
  await expect(writer.send(transaction(true))).rejects.toMatchObject(
    denied("writer", "ConditionCheckItem", tableArn),
  );
  await expect(
    writer.send(new BatchGetItemCommand({ RequestItems: { photos: { Keys: [Key] } } })),
  ).rejects.toMatchObject(denied("writer", "BatchGetItem", tableArn));
});

test("what is done to a table itself needs its permission too", async () => {
  const idle = clientWho("idle", ["dynamodb:DescribeTable"], tableArn);
  const tag = { ResourceArn: tableArn, Tags: [{ Key: "a", Value: "b" }] };

  await idle.send(new DescribeTableCommand({ TableName: "photos" }));
  await expect(
    idle.send(new UpdateTableCommand({ TableName: "photos", DeletionProtectionEnabled: true })),
  ).rejects.toMatchObject(denied("idle", "UpdateTable", tableArn));
  await expect(idle.send(new TagResourceCommand(tag))).rejects.toMatchObject(
    denied("idle", "TagResource", tableArn),
  );
  await expect(
    idle.send(new UntagResourceCommand({ ResourceArn: tableArn, TagKeys: ["a"] })),
  ).rejects.toMatchObject(denied("idle", "UntagResource", tableArn));
  await expect(
    idle.send(new ListTagsOfResourceCommand({ ResourceArn: tableArn })),
  ).rejects.toMatchObject(denied("idle", "ListTagsOfResource", tableArn));
});

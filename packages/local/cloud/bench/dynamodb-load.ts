import type { JsonCalls } from "./clients.ts";
import type { Load } from "./measure.ts";

const TableName = "photos";
const partitions = 50;
const itemsOfPartition = 20;
const batchSize = 25;
/** New keys come round again: neither server's table grows without end. */
const writtenKeys = 5000;

export interface DynamoDbLoad {
  readonly put: Load;
  readonly get: Load;
  readonly update: Load;
  readonly query: Load;
  readonly batchWrite: Load;
}

/** An item as a photo has it: about 600 bytes, a map and a list in it. */
const item = (pk: string, sk: string) => ({
  pk: { S: pk },
  sk: { S: sk },
  status: { S: "READY" },
  revision: { N: "1" },
  key: { S: `Incoming/album/${sk}/photo.jpg` },
  takenAt: { S: "2026-05-01T12:34:56.000Z" },
  bytes: { N: "2345678" },
  exif: {
    M: {
      make: { S: "Canon" },
      model: { S: "EOS R5" },
      exposure: { N: "0.004" },
      iso: { N: "400" },
      gps: { M: { latitude: { N: "48.137154" }, longitude: { N: "11.576124" } } },
    },
  },
  labels: {
    L: ["Mountain", "Lake", "Person", "Boat"].map((name, index) => ({
      M: { name: { S: name }, confidence: { N: String(99 - index) } },
    })),
  },
});

/** Makes the table and what is read from it. */
export async function prepareDynamoDb({ call }: JsonCalls): Promise<DynamoDbLoad> {
  await call("CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
  });
  for (;;) {
    const { Table } = await call("DescribeTable", { TableName });
    if ((Table as { TableStatus: string }).TableStatus === "ACTIVE") break;
  }
  const sortKey = (index: number): string => `photo-${String(index).padStart(6, "0")}`;
  const readItems = partitions * itemsOfPartition;
  for (let index = 0; index < readItems; index++) {
    const [pk, sk] = placeOf(index);
    await call("PutItem", { TableName, Item: item(pk, sk) });
  }

  function placeOf(index: number): [pk: string, sk: string] {
    return [`album-${index % partitions}`, sortKey(Math.floor(index / partitions))];
  }
  let written = 0;
  let read = 0;
  const newPlace = (): [string, string] => {
    const index = written++ % writtenKeys;
    return [`new-${index % partitions}`, sortKey(index)];
  };
  const knownPlace = (): [string, string] => placeOf((read++ * 7) % readItems);

  return {
    put: {
      async call() {
        await call("PutItem", { TableName, Item: item(...newPlace()) });
        return true;
      },
    },
    get: {
      async call() {
        const [pk, sk] = knownPlace();
        const { Item } = await call("GetItem", {
          TableName,
          Key: { pk: { S: pk }, sk: { S: sk } },
        });
        if (Item === undefined) throw new Error(`the item ${pk} ${sk} is missing`);
        return true;
      },
    },
    update: {
      async call() {
        const [pk, sk] = knownPlace();
        await call("UpdateItem", {
          TableName,
          Key: { pk: { S: pk }, sk: { S: sk } },
          UpdateExpression: "SET #status = :status, revision = revision + :one",
          ConditionExpression: "attribute_exists(pk) AND revision >= :one",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":status": { S: "READY" }, ":one": { N: "1" } },
        });
        return true;
      },
    },
    query: {
      async call() {
        const [pk] = knownPlace();
        const { Count } = await call("Query", {
          TableName,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: pk } },
        });
        if (Count !== itemsOfPartition) throw new Error(`the query found ${Count} items`);
        return true;
      },
    },
    batchWrite: {
      async call() {
        const { UnprocessedItems } = await call("BatchWriteItem", {
          RequestItems: {
            [TableName]: Array.from({ length: batchSize }, () => ({
              PutRequest: { Item: item(...newPlace()) },
            })),
          },
        });
        if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error("items were left out");
        return true;
      },
    },
  };
}

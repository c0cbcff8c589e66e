import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call } from "../service.ts";
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from "./testing/dynamodb-endpoint.ts";

/** What this service refuses although AWS has it, or in words that AWS doesn't have. */

let endpoint: DynamoDbEndpoint;

beforeAll(async () => {
  endpoint = await startDynamoDbEndpoint();
  endpoint.dynamodb.putTable({
    name: "photos",
    hashKey: { name: "id", type: "S" },
    globalSecondaryIndexes: [],
  });
});

afterAll(async () => {
  expect(endpoint.faults).toEqual([]);
  await endpoint.close();
});

const key = { id: { S: "a" } };
const call = (operation: string, input: object) =>
  endpoint.dynamodb.service.call(operation, { TableName: "photos", ...input }, {
    authorize: () => {},
  } as unknown as Call);

test.each([
  [
    "PutItem",
    { Item: key, Expected: { a: { Exists: false } } },
    "Expected: use ConditionExpression",
  ],
  [
    "PutItem",
    { Item: key, ConditionalOperator: "AND" },
    "ConditionalOperator: use AND and OR in an expression",
  ],
  ["GetItem", { Key: key, AttributesToGet: ["a"] }, "AttributesToGet: use ProjectionExpression"],
  ["UpdateItem", { Key: key, AttributeUpdates: {} }, "AttributeUpdates: use UpdateExpression"],
  ["Query", { KeyConditions: {} }, "KeyConditions: use KeyConditionExpression"],
  ["Query", { QueryFilter: {} }, "QueryFilter: use FilterExpression"],
  ["Scan", { ScanFilter: {} }, "ScanFilter: use FilterExpression"],
])("%s refuses %j by its name and tells what to use", async (operation, input, refusal) => {
  await expect(call(operation, input)).rejects.toMatchObject({
    code: "ValidationException",
    message: `The local cloud does not support the legacy parameter ${refusal}.`,
  });
});

test("a parameter that doesn't exist is refused by its name", async () => {
  await expect(call("GetItem", { Key: key, Consistent: true })).rejects.toThrow(
    "The local cloud does not support the parameter Consistent.",
  );
});

test("a member of another JSON type is a SerializationException", async () => {
  await expect(call("GetItem", { Key: [] })).rejects.toMatchObject({
    code: "SerializationException",
  });
});

test("the ARN of a table in another region names no table here", async () => {
  const TableName = "arn:aws:dynamodb:eu-west-1:000000000000:table/photos";

  await expect(call("GetItem", { TableName, Key: key })).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
});

test("a transaction's token is forgotten after ten minutes", async () => {
  const update = {
    TableName: "photos",
    Key: key,
    UpdateExpression: "ADD n :one",
    ExpressionAttributeValues: { ":one": { N: "1" } },
  };
  const transact = () =>
    endpoint.dynamodb.service.call(
      "TransactWriteItems",
      { TransactItems: [{ Update: update }], ClientRequestToken: "token" },
      { authorize: () => {} } as unknown as Call,
    );
  await transact();
  await transact();
  expect(await call("GetItem", { Key: key })).toEqual({ Item: { ...key, n: { N: "1" } } });

  endpoint.now += 10 * 60 * 1000;
  await transact();
  expect(await call("GetItem", { Key: key })).toEqual({ Item: { ...key, n: { N: "2" } } });
});

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dynamodbImageRows } from "./image-rows.ts";

/** Answers BatchGetItem: at most `most` rows a call, the rest stays unprocessed; no row for ids that begin with x. */
let most = 100;
let calls = 0;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  calls += 1;
  const { Keys } = JSON.parse(body).RequestItems.images as { Keys: { imageID: { S: string } }[] };
  if (Keys.length > 100) {
    response.writeHead(400).end(JSON.stringify({ __type: "ValidationException" }));
    return;
  }
  const rows = Keys.slice(0, most)
    .filter(({ imageID }) => !imageID.S.startsWith("x"))
    .map(({ imageID }) => ({
      imageID,
      ...Object.fromEntries(
        ["albumID", "userID", "uploadTime", "s3bucket", "s3key", "executionArn"].map((name) => [
          name,
          { S: name },
        ]),
      ),
      status: { S: "READY" },
    }));
  const unread = Keys.slice(most);
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(
    JSON.stringify({
      Responses: { images: rows },
      UnprocessedKeys: unread.length === 0 ? {} : { images: { Keys: unread } },
    }),
  );
});
let client: DynamoDBClient;

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
});
afterAll(() => {
  client.destroy();
  server.close();
});

const read = (ids: string[]) =>
  dynamodbImageRows(DynamoDBDocumentClient.from(client), "images").read(
    ids,
    new AbortController().signal,
  );
const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);

test("any number of rows is read, a hundred a call", async () => {
  most = 100;
  calls = 0;

  const rows = await read([...ids(250), "x1"]);

  expect([...rows.keys()]).toEqual(ids(250));
  expect(calls).toBe(3);
});

test("what a call leaves unprocessed is asked for again", async () => {
  most = 40;

  expect((await read(ids(100))).size).toBe(100);
});

test("a table that reads nothing at all is left alone for now", async () => {
  most = 0;

  expect((await read(ids(5))).size).toBe(0);
});

test("no rows need no call", async () => {
  calls = 0;

  expect((await read([])).size).toBe(0);
  expect(calls).toBe(0);
});

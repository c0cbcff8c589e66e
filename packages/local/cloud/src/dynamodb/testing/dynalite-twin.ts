import { once } from "node:events";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { AwsError } from "../../aws-error.ts";
import type { Call } from "../../service.ts";
import { startDynamoDbEndpoint } from "./dynamodb-endpoint.ts";

export type Json = Record<string, unknown>;
export type Answer =
  | { readonly output: Json }
  | { readonly error: string; readonly message: string };

/** A table by its name and keys, the partition key first. */
export type TwinTable = readonly [
  name: string,
  ...keys: (readonly [name: string, type: "S" | "N" | "B"])[],
];

export interface Twin {
  /** The answers of this service and of dynalite to one call. */
  both(operation: string, input: Json): Promise<[ours: Answer, theirs: Answer]>;
  close(): Promise<void>;
}

/** This service and dynalite's in-memory server side by side, with the same tables. */
export async function startTwin(tables: readonly TwinTable[]): Promise<Twin> {
  const endpoint = await startDynamoDbEndpoint();
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function ours(operation: string, input: Json): Promise<Answer> {
    try {
      return { output: (await endpoint.dynamodb.service.call(operation, input, anyone)) as Json };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { error: error.code, message: error.message };
    }
  }

  async function theirs(operation: string, input: Json): Promise<Answer> {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        "x-amz-date": "20260101T000000Z",
        authorization: "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=f, Signature=g",
      },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as Json;
    if (response.ok) return { output: body };
    return {
      error: String(body.__type).split("#").at(-1) ?? "",
      message: String(body.message ?? body.Message),
    };
  }

  for (const [TableName, ...keys] of tables) {
    const definition = {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: keys.map(([name, type]) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      KeySchema: keys.map(([name], position) => ({
        AttributeName: name,
        KeyType: position === 0 ? "HASH" : "RANGE",
      })),
    };
    await ours("CreateTable", definition);
    await theirs("CreateTable", definition);
    for (;;) {
      const description = await theirs("DescribeTable", { TableName });
      const table = "output" in description ? (description.output.Table as Json) : {};
      if (table.TableStatus === "ACTIVE") break;
    }
  }

  return {
    both: (operation, input) => Promise.all([ours(operation, input), theirs(operation, input)]),
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await endpoint.close();
    },
  };
}

const anyone: Call = {
  caller: {
    kind: "operator",
    accountId: "000000000000",
    arn: "arn:aws:iam::000000000000:user/operator",
  },
  authorize: () => {},
  requestId: "test",
  signal: new AbortController().signal,
};

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AccessKey } from "../../credentials.ts";
import { place, serve, type TestEndpoint } from "../../testing/test-endpoint.ts";
import { createDynamoDb, type DynamoDb } from "../dynamodb.ts";

export interface DynamoDbEndpoint {
  readonly dynamodb: DynamoDb;
  readonly client: DynamoDBClient;
  readonly roleKey: TestEndpoint["roleKey"];
  /** Faults of ours that were reported. */
  readonly faults: unknown[];
  /** What the clock says, in epoch milliseconds; a test moves it. */
  now: number;
  clientFor(key: AccessKey): DynamoDBClient;
  close(): Promise<void>;
}

/** The service behind a real endpoint on a free port, with a database of its own. */
export async function startDynamoDbEndpoint(): Promise<DynamoDbEndpoint> {
  const folder = mkdtempSync(join(tmpdir(), "dynamodb-"));
  const faults: unknown[] = [];
  const endpoint = { now: Date.parse("2026-01-02T03:04:05Z") };
  const dynamodb = createDynamoDb({
    place,
    databaseFile: join(folder, "dynamodb.sqlite"),
    clock: {
      now: () => endpoint.now,
      setTimer: () => () => {},
    },
    onFault: (error) => faults.push(error),
  });
  const served = await serve([dynamodb.service], { onFault: (error) => faults.push(error) });
  const clients: DynamoDBClient[] = [];
  const clientFor = (key: AccessKey): DynamoDBClient => {
    const client = new DynamoDBClient({ ...served.client, credentials: key });
    clients.push(client);
    return client;
  };
  dynamodb.start();
  return Object.assign(endpoint, {
    dynamodb,
    client: clientFor(served.client.credentials),
    roleKey: served.roleKey,
    faults,
    clientFor,
    async close() {
      for (const client of clients) client.destroy();
      await served.close();
      await dynamodb.close();
      rmSync(folder, { recursive: true });
    },
  });
}

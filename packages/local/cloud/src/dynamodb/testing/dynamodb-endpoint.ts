import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type AccessKey, type Credentials, openCredentials } from "../../credentials.ts";
import { createEndpoint } from "../../http/endpoint.ts";
import { type Access, createAccess } from "../../iam/access.ts";
import { createDynamoDb, type DynamoDb } from "../dynamodb.ts";

const place = { accountId: "000000000000", region: "us-east-1" };

export interface DynamoDbEndpoint {
  readonly dynamodb: DynamoDb;
  readonly client: DynamoDBClient;
  readonly access: Access;
  readonly credentials: Credentials;
  readonly url: string;
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
  const credentials = openCredentials(join(folder, "key"), place.accountId);
  const access = createAccess();
  const server = createEndpoint({
    services: [dynamodb.service],
    credentials,
    authorizeAs: (caller) => access.authorizeAs(caller),
    onFault: (error) => faults.push(error),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: DynamoDBClient[] = [];
  const clientFor = (key: AccessKey): DynamoDBClient => {
    const client = new DynamoDBClient({
      endpoint: url,
      region: place.region,
      credentials: key,
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  dynamodb.start();
  return Object.assign(endpoint, {
    dynamodb,
    client: clientFor(credentials.operator),
    access,
    credentials,
    url,
    faults,
    clientFor,
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      await dynamodb.close();
      rmSync(folder, { recursive: true });
    },
  });
}

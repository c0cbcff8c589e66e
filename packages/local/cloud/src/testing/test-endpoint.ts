import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Caller } from "../caller.ts";
import { type AccessKey, type Credentials, openCredentials } from "../credentials.ts";
import { createEndpoint, type EndpointOptions } from "../http/endpoint.ts";
import { createAccess } from "../iam/access.ts";
import type { Place } from "../place.ts";
import type { Call, Service } from "../service.ts";

export const place: Place = { accountId: "000000000000", region: "us-east-1" };

export interface TestEndpoint {
  /** What an SDK client takes: endpoint, region and the operator's key. */
  readonly client: {
    endpoint: string;
    region: string;
    credentials: AccessKey;
    maxAttempts: number;
  };
  /** The key of a role that may do what these policy statements say. */
  roleKey(name: string, ...statements: object[]): AccessKey;
  /** A call inside the process. */
  callAs(caller?: Caller, signal?: AbortSignal): Call;
  close(): Promise<void>;
}

/** Serves services on a free port of 127.0.0.1, with signatures and permissions as in the real thing. */
export async function serve(
  services: readonly Service[],
  options: {
    onFault?: (error: unknown) => void;
    /** Where the operator's key is kept, for what runs in another process; else nowhere for long. */
    keyFile?: string;
    limits?: EndpointOptions["limits"];
  } = {},
): Promise<TestEndpoint> {
  const credentials =
    options.keyFile === undefined
      ? temporaryCredentials()
      : openCredentials(options.keyFile, place.accountId);
  const access = createAccess();
  const server = createEndpoint({
    services,
    credentials,
    authorizeAs: access.authorizeAs,
    onFault: options.onFault ?? ((error) => console.error(error)),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const operator: Caller = {
    kind: "operator",
    accountId: place.accountId,
    arn: `arn:aws:iam::${place.accountId}:user/operator`,
  };
  return {
    client: {
      endpoint: `http://127.0.0.1:${port}`,
      region: place.region,
      credentials: credentials.operator,
      maxAttempts: 1,
    },
    roleKey(name, ...statements) {
      const arn = `arn:aws:iam::${place.accountId}:role/${name}`;
      const document = (statement: readonly object[]) =>
        JSON.stringify({ Version: "2012-10-17", Statement: statement });
      access.putRole({
        arn,
        name,
        trustPolicy: document([
          {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ]),
        policies: new Map([["inline", document(statements)]]),
      });
      return credentials.issueRoleKey(arn, "session");
    },
    callAs: (caller = operator, signal = new AbortController().signal) => ({
      caller,
      authorize: access.authorizeAs(caller),
      requestId: "test",
      signal,
    }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function temporaryCredentials(): Credentials {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-key-"));
  const credentials = openCredentials(join(folder, "key"), place.accountId);
  rmSync(folder, { recursive: true });
  return credentials;
}

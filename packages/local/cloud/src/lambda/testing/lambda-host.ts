import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@darkroom/states";
import { strToU8, zipSync } from "fflate";
import type { Caller } from "../../caller.ts";
import { openCredentials } from "../../credentials.ts";
import { createEndpoint } from "../../http/endpoint.ts";
import { createAccess } from "../../iam/access.ts";
import type { Call, Service } from "../../service.ts";
import { systemClock } from "../../system-clock.ts";
import type { FunctionDraft } from "../../terraform/draft.ts";
import { createLambda, type LambdaOptions } from "../lambda.ts";

export const place = { accountId: "000000000000", region: "us-east-1" };
export const roleArn = `arn:aws:iam::${place.accountId}:role/function`;
export const arnOf = (name: string): string =>
  `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`;

const operator: Caller = {
  kind: "operator",
  accountId: place.accountId,
  arn: `arn:aws:iam::${place.accountId}:user/operator`,
};

const allow = (statement: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

export type LambdaHost = Awaited<ReturnType<typeof startLambda>>;

/** Lambda behind an endpoint of its own on a free port, with functions made of a line of source. */
export async function startLambda(
  options: {
    clock?: Clock;
    capacity?: LambdaOptions["capacity"];
    sqs?: LambdaOptions["sqs"];
    layerFolders?: LambdaOptions["layerFolders"];
    folder?: string;
    takeFault?: LambdaOptions["takeFault"];
    /** What the role of the functions may do. */
    statement?: object;
  } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "darkroom-lambda-"));
  const credentials = openCredentials(join(folder, "key"), place.accountId);
  const access = createAccess();
  access.putRole({
    arn: roleArn,
    name: "function",
    trustPolicy: allow({
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    }),
    policies: new Map([
      ["inline", allow(options.statement ?? { Action: "lambda:InvokeFunction", Resource: "*" })],
    ]),
  });
  const logs: { group: string; stream: string; message: string }[] = [];
  const faults: string[] = [];
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of [...waiting]) look();
  };
  // The endpoint's address is an option of Lambda, which answers there.
  const later: Service = {
    name: "lambda",
    handle: (request) => lambda.service.handle(request),
    errorResponse: (error, request) => lambda.service.errorResponse(error, request),
  };
  const server = createEndpoint({
    services: [later],
    credentials,
    authorizeAs: access.authorizeAs,
    onFault: (error) => faults.push(String(error)),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const callAs = (caller: Caller = operator, signal = new AbortController().signal): Call => ({
    caller,
    authorize: access.authorizeAs(caller),
    requestId: randomUUID(),
    signal,
  });

  const lambda = createLambda({
    place,
    folder: join(folder, "lambda"),
    clock: options.clock ?? systemClock(),
    endpointUrl: endpoint,
    stackFolder: folder,
    layerFolders: options.layerFolders ?? new Map(),
    issueRoleKey: credentials.issueRoleKey,
    requireTrust: access.requireTrust,
    appendLog: (group, stream, events) => {
      for (const { message } of events) logs.push({ group, stream, message });
      changed();
    },
    sqs: options.sqs ?? { call: () => Promise.reject(new Error("no queues here")) },
    callAs,
    capacity: options.capacity ?? { cores: 2, memoryMb: 4096 },
    ...(options.takeFault === undefined ? {} : { takeFault: options.takeFault }),
    onFault(error) {
      faults.push(error instanceof Error ? error.message : String(error));
      changed();
    },
  });

  return {
    lambda,
    folder,
    logs,
    faults,
    callAs,
    access,
    credentials,
    /** What an SDK client takes. */
    client: {
      endpoint,
      region: place.region,
      credentials: credentials.operator,
      maxAttempts: 1,
    },

    /** Deploys a function of this source text, a CommonJS module. */
    put(name: string, source: string, changes: Partial<FunctionDraft> = {}): void {
      const archive = `${name}-${randomUUID()}.zip`;
      writeFileSync(join(folder, archive), zipSync({ "index.cjs": strToU8(source) }));
      lambda.putFunction({
        name,
        arn: arnOf(name),
        description: "",
        runtime: "nodejs24.x",
        handler: "index.handler",
        roleArn,
        archive,
        memoryMb: 128,
        timeoutSeconds: 10,
        environment: {},
        architecture: "arm64",
        layers: [],
        logGroup: `/aws/lambda/${name}`,
        logFormat: "Text",
        tracing: "PassThrough",
        ...changes,
      });
    },

    /** Resolves when what is logged, or told as a fault, has come to that. */
    until: (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),

    /** Invokes a function in process; the answer is parsed. */
    async run(name: string, event: unknown = {}, tail = false) {
      const result = await lambda.invoke(name, JSON.stringify(event), { call: callAs(), tail });
      return { ...result, payload: JSON.parse(result.payload) };
    },

    async close() {
      await lambda.close();
      server.closeAllConnections();
      server.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true });
    },
  };
}

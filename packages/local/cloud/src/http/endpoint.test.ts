import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Credentials, openCredentials } from "../credentials.ts";
import { createAccess } from "../iam/access.ts";
import { createEndpoint } from "./endpoint.ts";
import { jsonService } from "./json-service.ts";

const onFault = vi.fn();
let credentials: Credentials;
let port: number;
let close: () => void;

beforeAll(async () => {
  credentials = openCredentials(
    join(mkdtempSync(join(tmpdir(), "endpoint-")), "key"),
    "000000000000",
  );
  const server = createEndpoint({
    services: [
      jsonService({
        name: "sqs",
        jsonVersion: "1.0",
        operations: {
          Echo: (input, call) => ({ input, who: call.caller.kind }),
          Break() {
            throw new TypeError("a fault of ours");
          },
        },
      }),
    ],
    credentials,
    authorizeAs: (caller) => createAccess().authorizeAs(caller),
    onFault,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
  close = () => server.close();
});

afterAll(() => close());

async function send(options: {
  operation?: string;
  service?: string;
  secret?: string;
  host?: string;
  body?: string;
}): Promise<{ status: number; body: string }> {
  const host = options.host ?? `127.0.0.1:${port}`;
  const { operator } = credentials;
  const signed = await new SignatureV4({
    service: options.service ?? "sqs",
    region: "us-east-1",
    credentials: { ...operator, secretAccessKey: options.secret ?? operator.secretAccessKey },
    sha256: Hash.bind(null, "sha256"),
  }).sign({
    method: "POST",
    protocol: "http:",
    hostname: "127.0.0.1",
    path: "/",
    headers: { host, "x-amz-target": `AmazonSQS.${options.operation ?? "Echo"}` },
    body: options.body ?? '{"a":1}',
  });
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port, host: "127.0.0.1", method: "POST", path: "/", headers: signed.headers },
      async (response) => {
        let body = "";
        for await (const part of response) body += part;
        resolve({ status: response.statusCode ?? 0, body });
      },
    );
    request.on("error", reject);
    request.end(options.body ?? '{"a":1}');
  });
}

test("a signed call reaches the operation of the service that it was signed for", async () => {
  const answer = await send({});

  expect(answer).toEqual({ status: 200, body: '{"input":{"a":1},"who":"operator"}' });
});

test("a wrong secret is refused", async () => {
  const answer = await send({ secret: "wrong" });

  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body).__type).toBe("InvalidSignatureException");
});

test("an operation that is not there is refused by its name", async () => {
  const answer = await send({ operation: "TagQueue" });

  expect(answer.status).toBe(501);
  expect(answer.body).toContain("sqs:TagQueue");
});

test("a service that is not there is refused by the name of the operation", async () => {
  const answer = await send({ service: "kinesis", operation: "ListStreams" });

  expect(answer.status).toBe(501);
  expect(JSON.parse(answer.body)).toMatchObject({
    __type: "NotImplemented",
    message: "The local cloud does not support kinesis:ListStreams.",
  });
});

test("a name that somebody points at this machine gets nothing", async () => {
  expect((await send({ host: "attacker.example" })).status).toBe(403);
});

test("a body that is no JSON is the caller's error", async () => {
  const answer = await send({ body: "{" });

  expect(JSON.parse(answer.body).__type).toBe("SerializationException");
});

test("a fault of ours is answered as one, and told", async () => {
  const answer = await send({ operation: "Break" });

  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain("a fault of ours");
  expect(onFault).toHaveBeenCalledOnce();
});

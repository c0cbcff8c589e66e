import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Service } from "../service.ts";
import { exchange, openRaw } from "../testing/raw-connection.ts";
import { type RequestExample, signRequest } from "../testing/signed-request.ts";
import { serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { jsonService } from "./json-service.ts";

const idleMs = 700;
const faults: unknown[] = [];
let endpoint: TestEndpoint;
/** Lets the operation `Wait` answer. */
let answerNow: () => void = () => {};

const storage: Service = {
  name: "s3",
  async handle(request) {
    if (request.rawPath === "/refused") throw new Error("read on");
    let size = 0;
    for await (const part of request.body) size += part.length;
    return { status: 200, headers: {}, body: `size ${size}` };
  },
  errorResponse: (error) => ({ status: error.status, headers: {}, body: `<Code>${error.code}` }),
};

beforeAll(async () => {
  const queue = jsonService({
    name: "sqs",
    jsonVersion: "1.0",
    operations: {
      Echo: (input) => input,
      Wait: () =>
        new Promise((resolve) => {
          answerNow = () => resolve({ waited: true });
        }),
    },
  });
  endpoint = await serve([storage, queue], {
    limits: { idleMs, headersMs: 2 * idleMs },
    onFault: (error) => faults.push(error),
  });
});
afterAll(() => endpoint.close());

const host = () => `Host: ${new URL(endpoint.client.endpoint).host}\r\n`;
const signed = (example: RequestExample) => signRequest(endpoint.client, example);

async function call(operation: string, body: string, headers: Record<string, string> = {}) {
  return signed({
    service: "sqs",
    body,
    headers: { "x-amz-target": `S.${operation}`, ...headers },
  });
}

test("headers of more than 32 KiB are refused in S3's words", async () => {
  const answer = await exchange(
    endpoint.client,
    `GET / HTTP/1.1\r\n${host()}X-Long: ${"a".repeat(33_000)}\r\n\r\n`,
  );

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain("<Code>RequestHeaderSectionTooLarge</Code>");
});

test("and so is a URL of that length", async () => {
  const answer = await exchange(
    endpoint.client,
    `GET /${"a".repeat(33_000)} HTTP/1.1\r\n${host()}\r\n`,
  );

  expect(answer).toContain("<Code>RequestHeaderSectionTooLarge</Code>");
});

test("more than 256 headers are refused, not dropped", async () => {
  const many = Array.from({ length: 260 }, (_, index) => `h${index}: 1\r\n`).join("");

  expect(
    await exchange(endpoint.client, `GET / HTTP/1.1\r\n${host()}${many}\r\n`, "<Code>"),
  ).toContain("RequestHeaderSectionTooLarge");
});

test.each(["127.0.0.1", "localhost:80", "LOCALHOST", "bucket.localhost", "a.b.localhost:4566"])(
  "the host %s is this machine",
  async (name) => {
    const answer = await exchange(
      endpoint.client,
      `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`,
      "<Code>",
    );

    expect(answer).toContain("<Code>AccessDenied");
  },
);

test.each([
  "attacker.example",
  "127.0.0.1.attacker.example",
  "localhost.attacker.example",
  "notlocalhost",
  "localhost@attacker.example",
  "127.0.0.1:80:80",
  "[::1]",
  "0.0.0.0",
  "a b.localhost",
  "",
])("a name that somebody points at this machine gets nothing: %j", async (name) => {
  const answer = await exchange(
    endpoint.client,
    `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`,
    "<Code>",
  );

  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain("<Code>InvalidRequest");
});

test("two Host headers are refused, whichever is right", async () => {
  const answer = await exchange(
    endpoint.client,
    `GET / HTTP/1.1\r\n${host()}hOST: attacker.example\r\n\r\n`,
    "<Code>",
  );

  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});

test.each(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])(
  "a page of another site gets no further than the missing signature, and may not read the answer: %s",
  async (method) => {
    const answer = await exchange(
      endpoint.client,
      `${method} /bucket/key HTTP/1.1\r\n${host()}Origin: https://attacker.example\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer.toLowerCase()).not.toContain("access-control-");
  },
);

test("a body that says it is larger than 17 MiB is refused before it is read", async () => {
  const { head } = await call("Echo", "", { "content-length": String(18 * 2 ** 20) });

  expect(await exchange(endpoint.client, head, "__type")).toMatch(
    /^HTTP\/1\.1 413 [\s\S]*RequestEntityTooLarge/,
  );
});

test("and one that doesn't say so, as soon as it is", async () => {
  const { head } = await signed({
    service: "sqs",
    headers: { "x-amz-target": "S.Echo", "transfer-encoding": "chunked" },
  });
  const raw = await openRaw(endpoint.client);
  raw.socket.write(head);
  const chunk = Buffer.concat([
    Buffer.from("100000\r\n"),
    Buffer.alloc(0x100000, 97),
    Buffer.from("\r\n"),
  ]);
  for (let count = 0; count < 18; count += 1) raw.socket.write(chunk);

  expect(await raw.until("__type")).toMatch(/^HTTP\/1\.1 413 [\s\S]*RequestEntityTooLarge/);
  raw.socket.destroy();
});

test("nothing is read for somebody whose key is not known", async () => {
  const { head } = await signed({
    service: "sqs",
    headers: { "x-amz-target": "S.Echo", "content-length": "1000" },
    credentials: { accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" },
  });

  expect(await exchange(endpoint.client, head, "__type")).toContain("UnrecognizedClientException");
});

test("a client that is still sending learns why it was refused", async () => {
  const body = Buffer.alloc(20 * 2 ** 20);
  const { head } = await signed({ service: "s3", method: "PUT", path: "/refused", body });
  const raw = await openRaw(endpoint.client);
  raw.socket.write(head);
  raw.socket.write(body);

  expect(await raw.until("<Code>")).toContain("<Code>InternalFailure");
  raw.socket.destroy();
  expect(faults.splice(0)).toHaveLength(1);
});

test("so does one whose body turns out to be wrong on the way", async () => {
  const { head } = await signed({
    service: "s3",
    method: "PUT",
    path: "/key",
    headers: {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "content-length": "1000000",
    },
  });
  const raw = await openRaw(endpoint.client);
  raw.socket.write(`${head}5\r\nabcdefgh\r\n`);
  raw.socket.write("x".repeat(100_000));

  expect(await raw.until("<Code>")).toContain("<Code>InvalidRequest");
  raw.socket.destroy();
});

test("a client that asks first is told to send its body when it is wanted, else why not", async () => {
  const put = { service: "s3", method: "PUT", body: "data", headers: { expect: "100-continue" } };
  const wanted = await openRaw(endpoint.client);
  wanted.socket.write((await signed({ ...put, path: "/key" })).head);
  expect(await wanted.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  wanted.socket.write("data");
  expect(await wanted.until("size 4")).toContain("200 OK");
  wanted.socket.destroy();

  const refused = await exchange(
    endpoint.client,
    (await signed({ ...put, path: "/refused" })).head,
    "<Code>",
  );
  expect(refused).not.toContain("100 Continue");
  expect(refused).toContain("<Code>InternalFailure");
  faults.splice(0);
});

test("headers that come drop by drop are waited for only so long", async () => {
  const raw = await openRaw(endpoint.client);
  raw.socket.write(`GET / HTTP/1.1\r\n${host()}X-`);
  const drops = setInterval(() => raw.socket.write("a"), idleMs / 6);
  const answer = await raw.until();
  clearInterval(drops);

  expect(answer).toContain("<Code>RequestTimeout</Code>");
});

test("a connection on which nothing is said is closed", async () => {
  expect(await exchange(endpoint.client, "GET / HTTP/1.1\r\n")).toBe("");
});

test.each(["s3", "sqs"])("a body that stalls is waited for only so long: %s", async (service) => {
  const { head } = await signed({
    service,
    method: "PUT",
    path: "/key",
    headers: {
      "content-length": "10",
      "x-amz-target": "S.Echo",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    },
  });

  expect(await exchange(endpoint.client, `${head}abc`)).toContain("<Code>RequestTimeout</Code>");
});

test("an upload that goes on, however slowly, is not cut off", async () => {
  const { head } = await signed({
    service: "s3",
    method: "PUT",
    path: "/key",
    headers: { "content-length": "6", "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  });
  const raw = await openRaw(endpoint.client);
  raw.socket.write(head);
  for (let count = 0; count < 6; count += 1) {
    raw.socket.write("a");
    await new Promise((resolve) => setTimeout(resolve, idleMs / 3));
  }

  expect(await raw.until("size 6")).toContain("200 OK");
  raw.socket.destroy();
});

test("a call that waits for its answer is not idle", async () => {
  const { head } = await call("Wait", "{}");
  const raw = await openRaw(endpoint.client);
  raw.socket.write(`${head}{}`);
  await new Promise((resolve) => setTimeout(resolve, idleMs * 2));
  answerNow();

  expect(await raw.until('{"waited":true}')).toContain("200 OK");
  raw.socket.destroy();
});

test("what is no HTTP is told so, and the connection ends", async () => {
  expect(await exchange(endpoint.client, "\x16\x03\x01\x02\x00\x01\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 400 [\s\S]*<Code>BadRequest<\/Code>/,
  );
});

test("connections above the limit are dropped, and those that are there go on", async () => {
  const small = await serve([storage], { limits: { connections: 2 } });
  const [one, two] = [await openRaw(small.client), await openRaw(small.client)];
  const three = await openRaw(small.client);
  await three.until();
  one.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

  expect(await one.until("<Code>")).toContain("AccessDenied");
  two.socket.destroy();
  await once(two.socket, "close");
  await small.close();
});

test("no client made the local cloud fail", () => expect(faults).toEqual([]));

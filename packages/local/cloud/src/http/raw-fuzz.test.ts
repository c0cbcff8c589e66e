import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Service } from "../service.ts";
import { exchange, openRaw } from "../testing/raw-connection.ts";
import { signRequest } from "../testing/signed-request.ts";
import { serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { jsonService } from "./json-service.ts";

const seed = 20_260_501;
const faults: unknown[] = [];
let handled = 0;
let endpoint: TestEndpoint;
let examples: string[];

const storage: Service = {
  name: "s3",
  async handle(request) {
    const body = await request.readBody(1_000_000);
    handled += 1;
    return { status: 200, headers: {}, body: `size ${body.length}` };
  },
  errorResponse: (error) => ({ status: error.status, headers: {}, body: `<Code>${error.code}` }),
};

beforeAll(async () => {
  const queue = jsonService({
    name: "sqs",
    jsonVersion: "1.0",
    operations: {
      Echo: (input) => {
        handled += 1;
        return input;
      },
    },
  });
  endpoint = await serve([storage, queue], {
    limits: { idleMs: 500, headersMs: 500, keepAliveMs: 500 },
    onFault: (error) => faults.push(error),
  });
  const sign = async (example: Parameters<typeof signRequest>[1]) =>
    (await signRequest(endpoint.client, example)).head + (example.body ?? "");
  const chunked = await sign({
    service: "s3",
    method: "PUT",
    path: "/bucket/key",
    headers: {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "transfer-encoding": "chunked",
    },
  });
  examples = [
    await sign({ service: "s3", method: "PUT", path: "/bucket/key", body: "some data" }),
    await sign({ service: "s3", method: "GET", path: "/bucket/a%20key", query: { "x-id": "Get" } }),
    await sign({ service: "sqs", headers: { "x-amz-target": "S.Echo" }, body: '{"a":1}' }),
    `${chunked}${"17\r\n4\r\ndata\r\n0\r\n\r\nx".replace("x", "")}\r\n0\r\n\r\n`,
  ];
});
afterAll(() => endpoint.close());

const nasty = fc.oneof(
  fc.constantFrom(
    "\r\n",
    "\n",
    "\0",
    " ",
    ":",
    "\r\n\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 99999999999999999999\r\n",
    "Content-Length: -1\r\n",
    "HTTP/9.9",
    "ffffffffffffffff\r\n",
    "\xff\xfe",
    "%",
    "%00",
    "../..",
    "GET / HTTP/1.1\r\n",
    "Expect: 100-continue\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n",
  ),
  fc.string({ maxLength: 8 }),
);

/** A good request with something put in, left out or cut off. */
const mutation = fc.record({
  example: fc.nat({ max: 3 }),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 12 }),
  put: nasty,
  cut: fc.boolean(),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutated({ example, at, removed, put, cut }: Mutation): string {
  const text = examples[example] ?? "";
  const position = Math.floor(at * text.length);
  return text.slice(0, position) + put + (cut ? "" : text.slice(position + removed));
}

/** Writes, then ends its side or tears the connection down, and waits for what becomes of it. */
async function throwAt(bytes: Uint8Array, goodbye: "half" | "reset" | "wait"): Promise<string> {
  const raw = await openRaw(endpoint.client);
  raw.socket.write(bytes);
  if (goodbye === "half") raw.socket.end();
  if (goodbye === "reset") raw.socket.resetAndDestroy();
  return raw.until();
}

const statuses = /^(HTTP\/1\.1 (100|200|4\d\d|501) |$)/;
const goodbye = fc.constantFrom("half" as const, "reset" as const, "wait" as const);

async function stillAnswers(): Promise<void> {
  const answer = await exchange(endpoint.client, examples[0] ?? "", "size");
  expect(answer).toContain("size 9");
  expect(faults).toEqual([]);
}

test("bytes that are no request end in an error or in silence, and nothing else ends", async () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.array(nasty, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(""), "latin1")),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(anything, goodbye), { minLength: 40, maxLength: 40 }),
      async (all) => {
        const answers = await Promise.all(all.map(([bytes, how]) => throwAt(bytes, how)));

        for (const answer of answers) expect(answer).toMatch(statuses);
      },
    ),
    { seed, numRuns: 5 },
  );
  await stillAnswers();
});

test("nor do requests that were changed on the way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(mutation, goodbye), { minLength: 40, maxLength: 40 }),
      async (all) => {
        const answers = await Promise.all(
          all.map(([change, how]) => throwAt(Buffer.from(mutated(change), "latin1"), how)),
        );

        for (const answer of answers) expect(answer).toMatch(statuses);
      },
    ),
    { seed, numRuns: 8 },
  );
  await stillAnswers();
});

test("pipelined requests are answered in their order, up to the first one that is wrong", async () => {
  const [put = "", get = "", call = ""] = examples;
  const before = handled;
  const answer = await exchange(endpoint.client, `${put}${get}${call}\0\r\n\r\n${put}`);

  expect(answer.match(/HTTP\/1\.1 \d+|size \d|\{"a":1\}/g)).toEqual([
    "HTTP/1.1 200",
    "size 9",
    "HTTP/1.1 200",
    "size 0",
    "HTTP/1.1 200",
    '{"a":1}',
    "HTTP/1.1 400",
  ]);
  expect(handled - before).toBe(3);
});

test("a connection of which only one side is closed gets its answer", async () => {
  const raw = await openRaw(endpoint.client);
  raw.socket.end(examples[2] ?? "");

  expect(await raw.until('{"a":1}')).toContain("200 OK");
  raw.socket.destroy();
});

test.each([
  ["both lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"],
  ["two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n"],
  ["an encoding that is not there", "Transfer-Encoding: gzip\r\n"],
  ["chunked not last", "Transfer-Encoding: chunked, gzip\r\n"],
  ["a folded header", "X-One: a\r\n b\r\nTransfer-Encoding : chunked\r\n"],
])("a request that two readers could understand in two ways is refused: %s", async (_, lines) => {
  const host = new URL(endpoint.client.endpoint).host;
  const answer = await exchange(
    endpoint.client,
    `POST / HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n0\r\n\r\n`,
  );

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

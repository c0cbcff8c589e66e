import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import { signRequest } from "../testing/signed-request.ts";
import { readAuthorization } from "./authorization.ts";
import { type SignedRequest, signingKey } from "./canonical-request.ts";
import { type ChunkSigning, decodeChunkedPayload } from "./chunked-payload.ts";
import { checkBeforeBody, verifySignature } from "./verify.ts";

const seed = 20_260_501;
const secret = { secretAccessKey: "local-secret", sessionToken: "local-token" };
const now = Date.parse("2026-05-01T12:00:00Z");
const sha256 = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");

interface Sent extends SignedRequest {
  readonly body: string;
}

const example = (service: string): Promise<Sent> => {
  const query = { list: "a b+c", "x-id": "Do" };
  const [path, body] = ["/bucket/a%20key/%C3%A4%2F", "data"];
  return signRequest(
    {
      endpoint: "http://127.0.0.1:4566",
      region: "us-east-1",
      credentials: { accessKeyId: "ASIALOCAL", ...secret },
      maxAttempts: 1,
    },
    {
      service,
      method: "PUT",
      path,
      query,
      body,
      headers: { "x-amz-meta-note": "one  two", "content-type": "text/plain" },
      signingDate: new Date(now),
    },
  ).then(({ headers }) => ({
    method: "PUT",
    rawPath: path,
    query: new URLSearchParams(query),
    headers,
    body,
  }));
};

/** undefined: accepted. @throws what is no answer to a caller */
function refusal(request: Sent): AwsError | "unsigned" | undefined {
  try {
    const authorization = readAuthorization(request);
    if (authorization === undefined || authorization === "malformed") return "unsigned";
    const known = authorization.accessKeyId === "ASIALOCAL" ? secret : undefined;
    checkBeforeBody(request, authorization, known, now);
    const hash = authorization.presigned ? "UNSIGNED-PAYLOAD" : sha256(request.body);
    verifySignature(request, authorization, known, hash);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    // The endpoint answers these with InvalidURI.
    if (error instanceof URIError) return new AwsError("InvalidURI", error.message);
    throw error;
  }
}

/** What of a request may not change: spaces inside a header and the way of percent-encoding mean nothing. */
function meaning(request: Sent, signedNames: readonly string[]): string {
  return JSON.stringify([
    request.method,
    request.rawPath.split("/").map((segment) => decodeURIComponent(segment)),
    [...request.query].map((pair) => JSON.stringify(pair)).sort(),
    signedNames.map((name) =>
      String(request.headers[name] ?? "")
        .trim()
        .replace(/ +/g, " "),
    ),
    Object.keys(request.headers)
      .filter((name) => name.startsWith("x-amz-"))
      .sort(),
    // That of the signature's own parts which are text.
    String(request.headers.authorization).replace(/\s+/g, " ").replace(/, /g, ","),
    request.body,
  ]);
}

const text = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom("%", "/", "&", "=", ";", ",", "\n", "+", " ", "%2F", "..", "\u0000", "ü"),
);
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 3 }),
  put: text,
});
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

const edited = (value: string, { at, removed, put }: Edit): string => {
  const position = Math.floor(at * (value.length + 1));
  return value.slice(0, position) + put + value.slice(position + removed);
};

describe("a signed request", () => {
  test.each(["s3", "dynamodb"])("that was changed is never accepted: %s", async (service) => {
    const sent = await example(service);
    expect(refusal(sent)).toBeUndefined();
    const names = /SignedHeaders=([^,]+)/.exec(String(sent.headers.authorization))?.[1] ?? "";
    const original = meaning(sent, names.split(";"));
    const headerName = fc.constantFrom(...Object.keys(sent.headers));
    const changed: fc.Arbitrary<Sent> = fc.oneof(
      fc.tuple(headerName, edit).map(([name, change]) => ({
        ...sent,
        headers: { ...sent.headers, [name]: edited(String(sent.headers[name]), change) },
      })),
      fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), text).map(([name, value]) => ({
        ...sent,
        headers: { ...sent.headers, [`x-amz-${name.toLowerCase()}`]: value },
      })),
      headerName.map((gone) => ({
        ...sent,
        headers: Object.fromEntries(Object.entries(sent.headers).filter(([name]) => name !== gone)),
      })),
      edit.map((change) => ({ ...sent, rawPath: edited(sent.rawPath, change) })),
      edit.map((change) => ({
        ...sent,
        query: new URLSearchParams(edited(sent.query.toString(), change)),
      })),
      edit.map((change) => ({ ...sent, body: edited(sent.body, change) })),
      fc.constantFrom("GET", "put", "PUT ", "").map((method) => ({ ...sent, method })),
    );
    fc.assert(
      fc.property(changed, (request) => {
        const refused = refusal(request);
        if (refused instanceof AwsError) {
          expect(refused.status).toBeGreaterThanOrEqual(400);
          expect(refused.status).toBeLessThan(500);
        }
        if (refused === undefined) {
          const stillCovers = /SignedHeaders=([^,]+)/.exec(String(request.headers.authorization));
          expect(meaning(request, (stillCovers?.[1] ?? "").split(";"))).toBe(original);
        }
      }),
      { seed, numRuns: 3000 },
    );
  });

  test("of any shape is read, or refused, and never a fault", () => {
    const header = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .tuple(fc.string(), fc.string(), fc.string({ unit: fc.constantFrom("a", "0", "F") }))
        .map(([a, b, c]) => `AWS4-HMAC-SHA256 Credential=${a}, SignedHeaders=${b}, Signature=${c}`),
    );
    const names = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires"];
    const more = ["X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token", "__proto__"];
    const value = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom("AWS4-HMAC-SHA256", "a/20260501/r/s3/aws4_request", "20260501T120000Z", "60"),
      fc.constantFrom("host", "__proto__;constructor", "a".repeat(64), "1e3", "-1", "NaN"),
    );
    fc.assert(
      fc.property(
        fc.option(header, { nil: undefined }),
        fc.array(fc.tuple(fc.constantFrom(...names, ...more), value), { maxLength: 10 }),
        (authorization, pairs) => {
          const refused = refusal({
            method: "GET",
            rawPath: "/",
            query: new URLSearchParams(pairs),
            headers: {
              host: "localhost",
              "x-amz-date": "20260501T120000Z",
              ...(authorization === undefined ? {} : { authorization }),
            },
            body: "",
          });

          expect(refused).toBeDefined();
        },
      ),
      { seed, numRuns: 3000 },
    );
  });
});

const scope = { date: "20260501", region: "us-east-1", service: "s3" };
const signing: ChunkSigning = {
  key: signingKey(secret.secretAccessKey, scope),
  amzDate: "20260501T120000Z",
  scope,
  seedSignature: "a".repeat(64),
};
const signedBy = (kind: string, ...rest: string[]): string =>
  createHmac("sha256", signing.key)
    .update(
      [
        `AWS4-HMAC-SHA256-${kind}`,
        signing.amzDate,
        "20260501/us-east-1/s3/aws4_request",
        ...rest,
      ].join("\n"),
    )
    .digest("hex");

/** An aws-chunked body as a client makes it. */
function framed(parts: readonly string[], trailer: string | undefined): string {
  let previous = signing.seedSignature;
  let all = "";
  for (const part of [...parts, ""]) {
    previous = signedBy("PAYLOAD", previous, sha256(""), sha256(part));
    all += `${part.length.toString(16)};chunk-signature=${previous}\r\n${part}${part === "" ? "" : "\r\n"}`;
  }
  if (trailer === undefined) return `${all}\r\n`;
  const signature = signedBy("TRAILER", previous, sha256(`x-amz-checksum-crc32:${trailer}\n`));
  return `${all}x-amz-checksum-crc32:${trailer}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
}

async function decoded(
  pieces: Iterable<Buffer>,
  by?: ChunkSigning,
): Promise<{ data: string; trailers: [string, string][] } | AwsError> {
  const trailers = new Map<string, string>();
  let data = "";
  const source = (async function* () {
    yield* pieces;
  })();
  try {
    for await (const part of decodeChunkedPayload(source, trailers, by))
      data += part.toString("latin1");
    return { data, trailers: [...trailers] };
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function cut(all: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map((one) => one % (all.length + 1)).sort((a, b) => a - b), all.length];
  return edges.slice(1).map((end, index) => all.subarray(edges[index], end));
}

describe("an aws-chunked body", () => {
  const parts = fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }), {
    maxLength: 4,
  });
  const trailer = fc.option(fc.constant("AAAAAA=="), { nil: undefined });

  test("gives the same data wherever the network cuts it", async () => {
    await fc.assert(
      fc.asyncProperty(
        parts,
        trailer,
        fc.array(fc.nat(), { maxLength: 12 }),
        async (all, sum, at) => {
          const body = Buffer.from(framed(all, sum), "latin1");

          expect(await decoded(cut(body, at), signing)).toEqual({
            data: all.join(""),
            trailers: sum === undefined ? [] : [["x-amz-checksum-crc32", sum]],
          });
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test("that was signed and then changed is never accepted as something else", async () => {
    await fc.assert(
      fc.asyncProperty(parts, trailer, edit, async (all, sum, change) => {
        const result = await decoded(
          [Buffer.from(edited(framed(all, sum), change), "latin1")],
          signing,
        );

        if (result instanceof AwsError) expect(result.status).toBeLessThan(500);
        else expect(result.data).toBe(all.join(""));
        if (!(result instanceof AwsError) && result.trailers.length > 0) {
          expect(result.trailers).toEqual([["x-amz-checksum-crc32", sum]]);
        }
      }),
      { seed, numRuns: 2000 },
    );
  });

  test("of any bytes is read, or refused, and never a fault", async () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(
          fc.constantFrom(
            "0",
            "5",
            "\r\n",
            "\n",
            ";",
            "abcde",
            "ffffffff",
            "a:b",
            ":",
            "x-amz-trailer-signature:0",
          ),
          { maxLength: 14 },
        )
        .map((all) => Buffer.from(all.join(""))),
    );
    await fc.assert(
      fc.asyncProperty(anything, fc.boolean(), async (bytes, isSigned) => {
        const result = await decoded([bytes], isSigned ? signing : undefined);

        if (result instanceof AwsError) expect(result.status).toBeLessThan(500);
      }),
      { seed, numRuns: 2000 },
    );
  });
});

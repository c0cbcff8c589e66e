import { createHash } from "node:crypto";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAuthorization } from "./authorization.ts";
import { type SignedRequest, uriEncode } from "./canonical-request.ts";
import { checkBeforeBody, verifySignature } from "./verify.ts";

const secret = { secretAccessKey: "local-secret" };
const now = Date.parse("2026-05-01T12:00:00Z");

function signer(service: string, secretAccessKey = secret.secretAccessKey): SignatureV4 {
  return new SignatureV4({
    service,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIALOCAL", secretAccessKey },
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: service !== "s3",
    applyChecksum: true,
  });
}

interface Example {
  service: string;
  path: string;
  query: Record<string, string>;
  body: string;
}

async function signed(example: Example, secretAccessKey?: string): Promise<SignedRequest> {
  const request = await signer(example.service, secretAccessKey).sign(
    {
      method: "PUT",
      protocol: "http:",
      hostname: "127.0.0.1",
      port: 4566,
      path: example.path,
      query: example.query,
      headers: { host: "127.0.0.1:4566", "x-amz-meta-note": "  two  spaces " },
      body: example.body,
    },
    { signingDate: new Date(now) },
  );
  return {
    method: request.method,
    rawPath: request.path,
    query: new URLSearchParams(example.query),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  };
}

function verify(request: SignedRequest, body: string, atMs = now): void {
  const authorization = readAuthorization(request);
  if (authorization === undefined || authorization === "malformed") throw new Error("not signed");
  const hash = createHash("sha256").update(body).digest("hex");
  checkBeforeBody(request, authorization, secret, atMs);
  verifySignature(request, authorization, secret, hash);
}

const plain: Example = { service: "s3", path: "/bucket/key", query: {}, body: "data" };

describe("verifySignature", () => {
  test("accepts what another implementation of Signature Version 4 has signed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("s3", "lambda", "dynamodb"),
        fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), { maxLength: 4 }),
        // The other implementation loses this one, for it keeps the query in an object.
        fc.dictionary(
          fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => name !== "__proto__"),
          fc.string({ unit: "grapheme" }),
          {
            maxKeys: 4,
          },
        ),
        async (service, segments, query) => {
          // What these services normalize is refused: see the next test.
          fc.pre(service === "s3" || !segments.some((segment) => /^\.\.?$/.test(segment)));
          const path = `/${segments.map(uriEncode).join("/")}`;
          const request = await signed({ service, path, query, body: "x" });

          expect(() => verify(request, "x")).not.toThrow();
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(["/.", "/a/../b", "/a//b", "/a/./b", "/.."])(
    "takes the path %s of S3, and refuses it of a service that would normalize it",
    async (path) => {
      const s3 = await signed({ service: "s3", path, query: {}, body: "" });
      const lambda = await signed({ service: "lambda", path, query: {}, body: "" });

      expect(() => verify(s3, "")).not.toThrow();
      expect(() => verify(lambda, "")).toThrow("does not match");
    },
  );

  test("refuses a wrong secret", async () => {
    const request = await signed(plain, "another-secret");

    expect(() => verify(request, plain.body)).toThrow(
      expect.objectContaining({ code: "SignatureDoesNotMatch", status: 403 }),
    );
  });

  test("refuses a body, a path, a query or a header that is not what was signed", async () => {
    const request = await signed(plain);
    const tampered: [SignedRequest, string][] = [
      [request, "other data"],
      [{ ...request, rawPath: "/bucket/other" }, plain.body],
      [{ ...request, query: new URLSearchParams({ acl: "" }) }, plain.body],
      [{ ...request, headers: { ...request.headers, "x-amz-meta-note": "three" } }, plain.body],
      [{ ...request, headers: { ...request.headers, "x-amz-acl": "public-read" } }, plain.body],
    ];

    for (const [changed, body] of tampered) expect(() => verify(changed, body)).toThrow();
  });

  test("refuses a clock that is more than 15 minutes off", async () => {
    const request = await signed(plain);

    expect(() => verify(request, plain.body, now + 14 * 60_000)).not.toThrow();
    expect(() => verify(request, plain.body, now + 16 * 60_000)).toThrow(
      expect.objectContaining({ code: "RequestTimeTooSkewed" }),
    );
  });

  test("refuses a key that nobody was given", async () => {
    const request = await signed(plain);
    const authorization = readAuthorization(request);
    if (authorization === undefined || authorization === "malformed") throw new Error("not signed");

    expect(() => checkBeforeBody(request, authorization, undefined, now)).toThrow(
      expect.objectContaining({ code: "InvalidAccessKeyId", status: 403 }),
    );
  });

  test("lets a presigned URL expire", async () => {
    const url = await signer("s3").presign(
      {
        method: "GET",
        protocol: "http:",
        hostname: "127.0.0.1",
        port: 4566,
        path: "/bucket/a key",
        query: {},
        headers: { host: "127.0.0.1:4566" },
      },
      { signingDate: new Date(now), expiresIn: 60 },
    );
    const request: SignedRequest = {
      method: "GET",
      rawPath: "/bucket/a%20key",
      query: new URLSearchParams(url.query as Record<string, string>),
      headers: { host: "127.0.0.1:4566" },
    };
    const authorization = readAuthorization(request);
    if (authorization === undefined || authorization === "malformed") throw new Error("not signed");
    const at = (ms: number) => () => {
      checkBeforeBody(request, authorization, secret, ms);
      verifySignature(request, authorization, secret, "UNSIGNED-PAYLOAD");
    };

    expect(at(now + 61_000)).toThrow("Request has expired");
  });
});

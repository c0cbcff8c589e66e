import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

const rules = [
  {
    ID: "uploads",
    AllowedOrigins: ["https://*.example.com"],
    AllowedMethods: ["PUT", "POST"],
    AllowedHeaders: ["content-*", "x-amz-meta-a"],
    ExposeHeaders: ["ETag", "x-amz-version-id"],
    MaxAgeSeconds: 600,
  },
  { AllowedOrigins: ["*"], AllowedMethods: ["GET"] },
];
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
let without: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("cors");
  without = await contract.makeBucket("no-cors");
  await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: rules } }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
});
afterAll(() => contract.close());

/** The headers that browsers look at. */
function corsOf({ headers }: Response): Record<string, string | null> {
  const named = (name: string) => headers.get(`access-control-${name}`);
  return {
    origin: named("allow-origin"),
    methods: named("allow-methods"),
    headers: named("allow-headers"),
    exposed: named("expose-headers"),
    credentials: named("allow-credentials"),
    maxAge: named("max-age"),
  };
}

describe("the configuration", () => {
  test("is given back as it was set, and can be removed", async () => {
    const get = () => s3.send(new GetBucketCorsCommand({ Bucket: without }));
    expect(await failure(get())).toMatchObject({ code: "NoSuchCORSConfiguration", status: 404 });

    const CORSConfiguration = { CORSRules: rules };
    await s3.send(new PutBucketCorsCommand({ Bucket: without, CORSConfiguration }));
    expect((await get()).CORSRules).toEqual(rules);
    await s3.send(new DeleteBucketCorsCommand({ Bucket: without }));

    expect(await failure(get())).toMatchObject({ code: "NoSuchCORSConfiguration" });
  });

  test.each([
    [{ AllowedOrigins: ["*"], AllowedMethods: ["PATCH"] }, "InvalidRequest"],
    [{ AllowedOrigins: ["https://*.*"], AllowedMethods: ["GET"] }, "InvalidRequest"],
    [{ AllowedOrigins: ["*"], AllowedMethods: ["GET"], AllowedHeaders: ["*-*"] }, "InvalidRequest"],
    [{ AllowedOrigins: ["*"], AllowedMethods: ["GET"], ExposeHeaders: ["x-*"] }, "InvalidRequest"],
    [{ AllowedOrigins: ["*"], AllowedMethods: [] }, "MalformedXML"],
  ])("%j is refused", async (rule, code) => {
    const CORSConfiguration = { CORSRules: [rule] };
    const call = s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }));

    expect(await failure(call)).toMatchObject({ code, status: 400 });
  });
});

describe("a preflight", () => {
  const ask = (headers: Record<string, string>, bucket = Bucket) =>
    fetch(contract.url(bucket, "k"), { method: "OPTIONS", headers });

  test("tells what a page may send, without a signature", async () => {
    const response = await ask({
      origin: "https://photos.example.com",
      "access-control-request-method": "PUT",
      "access-control-request-headers": "Content-Type, x-amz-meta-a",
    });

    expect(response.status).toBe(200);
    expect(corsOf(response)).toEqual({
      origin: "https://photos.example.com",
      methods: "PUT, POST",
      headers: "content-type, x-amz-meta-a",
      exposed: "ETag, x-amz-version-id",
      credentials: "true",
      maxAge: "600",
    });
    expect(response.headers.get("vary")).toContain("Origin");
  });

  test("of an origin that may do everything names none", async () => {
    const response = await ask({
      origin: "http://anywhere",
      "access-control-request-method": "GET",
    });

    expect(corsOf(response)).toMatchObject({ origin: "*", methods: "GET", credentials: null });
  });

  test.each([
    ["another origin", "https://example.org", "PUT", ""],
    ["another method", "https://a.example.com", "DELETE", ""],
    ["another header", "https://a.example.com", "PUT", "x-amz-meta-b"],
  ])("refuses %s", async (_, origin, method, headers) => {
    const response = await ask({
      origin,
      "access-control-request-method": method,
      ...(headers === "" ? {} : { "access-control-request-headers": headers }),
    });

    expect(response.status).toBe(403);
    expect(await response.text()).toContain("<Code>AccessForbidden</Code>");
    expect(corsOf(response).origin).toBeNull();
  });

  test("refuses where CORS is not set up, and what is no question", async () => {
    const unset = await ask(
      { origin: "http://anywhere", "access-control-request-method": "GET" },
      without,
    );

    expect(unset.status).toBe(403);
    expect(await unset.text()).toContain("CORSResponse: CORS is not enabled for this bucket.");
    expect((await ask({ origin: "http://anywhere" })).status).toBe(400);
    expect((await ask({ "access-control-request-method": "GET" })).status).toBe(400);
  });
});

describe("an answer", () => {
  const read = async (Key: string, origin: string, bucket = Bucket) =>
    fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key })), {
      headers: { origin },
    });

  test("tells a page that it may read it", async () => {
    expect(corsOf(await read("k", "http://anywhere"))).toMatchObject({ origin: "*" });
  });

  test("lets a page read an error too", async () => {
    const response = await read("nothing", "http://anywhere");

    expect(response.status).toBe(404);
    expect(corsOf(response)).toMatchObject({ origin: "*", methods: "GET" });
  });

  test("to an upload of an origin that no rule has says nothing of it", async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "up" }));
    const put = (origin: string) => fetch(url, { method: "PUT", body: "x", headers: { origin } });

    expect(corsOf(await put("https://example.org"))).toMatchObject({ origin: null });
    expect(corsOf(await put("https://a.example.com"))).toMatchObject({
      origin: "https://a.example.com",
      exposed: "ETag, x-amz-version-id",
    });
    expect(corsOf(await read("k", "http://anywhere", without))).toMatchObject({ origin: null });
  });
});

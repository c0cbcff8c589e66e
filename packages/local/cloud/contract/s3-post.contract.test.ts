import { createHash, randomBytes } from "node:crypto";
import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost, type PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("post");
});
afterAll(() => contract.close());

const sign = (Key: string, options: Partial<PresignedPostOptions> = {}) =>
  createPresignedPost(s3, { Bucket, Key, ...options });

/** Sends a form as a browser does; `changed` are fields that differ from what was signed, undefined for one that is missing. */
async function post(
  { url, fields }: { url: string; fields: Record<string, string> },
  file: Blob | File | undefined,
  changed: Record<string, string | undefined> = {},
): Promise<{ status: number; headers: Headers; text: string; code: string | undefined }> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changed })) {
    if (value !== undefined) form.append(name, value);
  }
  if (file !== undefined) form.append("file", file);
  const response = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  const text = await response.text();
  const code = /<Code>(.*?)<\/Code>/.exec(text)?.[1];
  return { status: response.status, headers: response.headers, text, code };
}

async function read(Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

describe("a form", () => {
  test.each([0, 1, 131_072, 131_073, 3_000_000])("uploads a file of %i bytes", async (size) => {
    const body = randomBytes(size);

    const answer = await post(await sign(`size-${size}`), new Blob([body]));

    expect(answer).toMatchObject({ status: 204, text: "" });
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    expect(answer.headers.get("etag")).toBe(etag);
    expect(Buffer.compare(await read(`size-${size}`), body)).toBe(0);
  });

  test("a file that looks like the end of a form is kept as it is", async () => {
    const body = Buffer.from("\r\n--\r\n------WebKitFormBoundary\r\n--x--\r\n");

    await post(await sign("tricky"), new Blob([body]));

    expect(await read("tricky")).toEqual(body);
  });

  test("gives the object its type, metadata and tags", async () => {
    const tagging =
      "<Tagging><TagSet><Tag><Key>stage</Key><Value>a b</Value></Tag></TagSet></Tagging>";
    const Fields = {
      "Content-Type": "image/jpeg",
      "x-amz-meta-camera": "Kamera ä",
      "Cache-Control": "no-store",
      acl: "private",
      tagging,
    };

    const answer = await post(await sign("described", { Fields }), new Blob(["x"]));

    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "described" }))).toMatchObject({
      ContentType: "image/jpeg",
      CacheControl: "no-store",
      Metadata: { camera: expect.any(String) },
    });
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "described" }));
    expect(TagSet).toEqual([{ Key: "stage", Value: "a b" }]);
  });

  test("names the object by the file where the key says so", async () => {
    const signed = await sign("in/$" + "{filename}");

    expect((await post(signed, new File(["x"], "a b ä.txt"))).status).toBe(204);

    expect((await read("in/a b ä.txt")).toString()).toBe("x");
  });

  test("is told what it asked to be told", async () => {
    const signed = (status: string) => sign("told", { Fields: { success_action_status: status } });

    expect(await post(await signed("200"), new Blob(["x"]))).toMatchObject({
      status: 200,
      text: "",
    });
    const created = await post(await signed("201"), new Blob(["x"]));
    expect(created.status).toBe(201);
    expect(created.text).toContain(`<Bucket>${Bucket}</Bucket><Key>told</Key>`);
    expect(created.text).toMatch(/<PostResponse>.*<Location>http.*told<\/Location>/s);
    expect((await post(await signed("500"), new Blob(["x"]))).status).toBe(204);
  });

  test("goes on to the page that it names", async () => {
    const Fields = { success_action_redirect: "https://example.com/done?a=1" };

    const answer = await post(await sign("a+b", { Fields }), new Blob(["x"]));

    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get("location") ?? "");
    expect(location.origin + location.pathname).toBe("https://example.com/done");
    expect(Object.fromEntries(location.searchParams)).toEqual({
      a: "1",
      bucket: Bucket,
      key: "a+b",
      etag: answer.headers.get("etag"),
    });
  });
});

describe("the policy", () => {
  test("holds the size between two bounds", async () => {
    const signed = await sign("sized", { Conditions: [["content-length-range", 10, 200_000]] });
    const send = (size: number) => post(signed, new Blob([randomBytes(size)]));

    expect(await send(9)).toMatchObject({ status: 400, code: "EntityTooSmall" });
    expect(await send(200_001)).toMatchObject({ status: 400, code: "EntityTooLarge" });
    const missing = s3.send(new HeadObjectCommand({ Bucket, Key: "sized" }));
    expect(await failure(missing)).toMatchObject({ status: 404 });
    expect(await send(10)).toMatchObject({ status: 204 });
    expect(await send(200_000)).toMatchObject({ status: 204 });
  });

  test("holds what a field begins with", async () => {
    const signed = await sign("user/1/x", {
      Conditions: [
        ["starts-with", "$key", "user/1/"],
        ["starts-with", "$Content-Type", "image/"],
      ],
    });
    const send = (changed: Record<string, string>) => post(signed, new Blob(["x"]), changed);

    expect(await send({ "Content-Type": "image/png" })).toMatchObject({ status: 204 });
    expect(await send({ "Content-Type": "text/html" })).toMatchObject({
      status: 403,
      code: "AccessDenied",
      text: expect.stringContaining("Invalid according to Policy: Policy Condition failed"),
    });
  });

  test("holds that a field is as signed", async () => {
    const signed = await sign("mine");

    expect(await post(signed, new Blob(["x"]), { key: "other" })).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
  });

  test("lets no field pass that it doesn't speak of", async () => {
    const signed = await sign("extra");
    const changed = { "x-amz-meta-extra": "1" };

    expect(await post(signed, new Blob(["x"]), changed)).toMatchObject({
      status: 403,
      text: expect.stringContaining("Extra input fields: x-amz-meta-extra"),
    });
    expect((await post(signed, new Blob(["x"]), { "x-ignore-me": "1" })).status).toBe(204);
  });

  test("is for one bucket", async () => {
    const signed = await sign("elsewhere");
    const other = await contract.makeBucket("post-other");
    const url = contract.url(other).href.replace(/\/$/, "");

    expect(await post({ ...signed, url }, new Blob(["x"]))).toMatchObject({ status: 403 });
  });

  test("is over when it says so", async () => {
    const signed = await sign("late", { Expires: 1 });
    const send = async () => (await post(signed, new Blob(["x"]))).text;

    await expect
      .poll(send, { timeout: 10_000, interval: 500 })
      .toContain("Invalid according to Policy: Policy expired.");
  });

  test("counts only with the signature of who made it", async () => {
    const signed = await sign("forged");
    const policy = Buffer.from(
      Buffer.from(signed.fields.Policy ?? "", "base64")
        .toString()
        .replaceAll("forged", "stolen"),
    ).toString("base64");

    const forged = await post(signed, new Blob(["x"]), { Policy: policy, key: "stolen" });
    const nobody = await post(signed, new Blob(["x"]), {
      "X-Amz-Credential": signed.fields["X-Amz-Credential"]?.replace(
        /^[^/]+/,
        "AKIANOBODYKNOWSTHIS0",
      ),
    });
    const unsigned = await post(signed, new Blob(["x"]), { Policy: undefined });

    expect(forged).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    expect(nobody).toMatchObject({ status: 403, code: "InvalidAccessKeyId" });
    expect(unsigned.status).toBeGreaterThanOrEqual(400);
  });
});

describe("what is no form of this kind is refused", () => {
  test("without a file", async () => {
    expect(await post(await sign("no-file"), undefined)).toMatchObject({
      status: 400,
      code: "InvalidArgument",
      text: expect.stringContaining("POST requires exactly one file upload per request."),
    });
  });

  test("with the file in front of the fields", async () => {
    const { url, fields } = await sign("order");
    const form = new FormData();
    form.append("file", new Blob(["x"]));
    for (const [name, value] of Object.entries(fields)) form.append(name, value);

    expect((await fetch(url, { method: "POST", body: form })).status).toBeGreaterThanOrEqual(400);
  });

  test("of another type", async () => {
    const { url, fields } = await sign("encoded");
    const body = new URLSearchParams(fields);

    expect((await fetch(url, { method: "POST", body })).status).toBe(412);
  });

  test("that breaks off", async () => {
    const { url } = await sign("torn");
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b" },
      body: '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\ntorn',
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain("<Code>MalformedPOSTRequest</Code>");
  });
});

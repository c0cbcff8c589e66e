import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("addressing");
});
afterAll(() => contract.close());

/** Sends to where the cloud is, whatever host the URL names: names below localhost lead nowhere on many machines. */
function send(
  method: "GET" | "PUT",
  url: string,
  body = "",
): Promise<{ status: number; text: string }> {
  // Not by URL, which takes `..` out of a path.
  const [, protocol = "", host = "", path = ""] = /^(https?:)\/\/([^/]+)(.*)$/.exec(url) ?? [];
  const { hostname, port } = new URL(contract.target.client.endpoint ?? `${protocol}//${host}`);
  const headers = { host, ...(method === "PUT" ? { "content-length": body.length } : {}) };
  return new Promise((resolve, reject) => {
    const make = protocol === "https:" ? secureRequest : request;
    const sent = make({ host: hostname, port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

/** A client that puts the bucket into the host. */
function virtual(): S3Contract["s3"] {
  const { endpoint } = contract.target.client;
  if (endpoint === undefined) return contract.client({ forcePathStyle: false });
  const { port } = new URL(endpoint);
  return contract.client({ endpoint: `http://localhost:${port}`, forcePathStyle: false });
}

test.each(["x", "folder/a b+c%41.txt", "x//y", "../x", "é😀'\""])(
  "with the bucket in the host the key %j is the same as with it in the path",
  async (Key) => {
    const client = virtual();
    const put = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key }));
    const get = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }));

    expect(put).toMatch(new RegExp(`^https?://${Bucket}\\.`));
    expect(await send("PUT", put, "hi")).toMatchObject({ status: 200 });
    expect(await send("GET", get)).toEqual({ status: 200, text: "hi" });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe("hi");
  },
);

test("a key may begin with the name of its bucket", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: `${Bucket}/x`, Body: "nested" }));
  const get = new GetObjectCommand({ Bucket, Key: `${Bucket}/x` });

  const answer = await send("GET", await getSignedUrl(virtual(), get));

  expect(answer).toEqual({ status: 200, text: "nested" });
});

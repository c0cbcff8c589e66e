import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { versionMover } from "./version-mover.ts";

let copySource: string | undefined;
let deleted: string | undefined;
const server = createServer((request, response) => {
  request.resume();
  if (request.method === "DELETE") {
    deleted = request.url;
    return response.writeHead(204).end();
  }
  copySource = String(request.headers["x-amz-copy-source"]);
  return response
    .writeHead(200, { "content-type": "application/xml", "x-amz-version-id": "copied" })
    .end('<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>');
});
let s3: S3Client;
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  s3 = new S3Client({
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
});
afterAll(() => {
  s3.destroy();
  server.close();
});

test.each([
  "Incoming/a/b/with space.jpg",
  "Incoming/a/b/a+b%41&c=d?.jpg",
  "Incoming/a/b/ünï 📷.jpg",
  `Incoming/a/b/${"x".repeat(1011)}`,
])("the version of %s is named so that S3 decodes it to the same", async (key) => {
  const from = { bucket: "landing", key, versionId: "a.b_c" };

  expect(await versionMover(s3).copy(from, "Quarantine/x/y")).toBe("copied");

  const [path = "", query] = copySource?.split("?") ?? [];
  expect(decodeURIComponent(path)).toBe(`landing/${key}`);
  expect(query).toBe("versionId=a.b_c");
});

test("an object from before versioning is deleted for good, not hidden by a marker", async () => {
  await versionMover(s3).delete({ bucket: "landing", key: "Incoming/a", versionId: "null" });
  expect(deleted).toContain("versionId=null");
});

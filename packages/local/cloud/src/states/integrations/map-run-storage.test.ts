import type { StorageCall } from "@darkroom/states";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMapRunStorage } from "./map-run-storage.ts";
import {
  executionArn,
  type IntegrationHost,
  machineArn,
  machineRole,
  openIntegrationHost,
} from "./testing/integration-host.ts";

let host: IntegrationHost;
let storage: ReturnType<typeof createMapRunStorage>;

beforeAll(() => {
  host = openIntegrationHost();
  host.s3.putBucket({ name: "work", versioning: false, notifications: [] });
  storage = createMapRunStorage({
    services: host.services,
    onFault: (error) => host.faults.push(error),
  });
});
afterAll(() => host.close());

const call = (
  parameters: StorageCall["parameters"],
  more: Partial<StorageCall> = {},
): StorageCall => ({
  parameters: { Bucket: "work", ...parameters },
  executionArn,
  stateMachineArn: machineArn,
  roleArn: machineRole,
  signal: new AbortController().signal,
  ...more,
});

async function* texts(...all: readonly string[]): AsyncGenerator<string> {
  yield* all;
}

async function gathered<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function read(of: StorageCall): Promise<Buffer> {
  return Buffer.concat(await gathered(storage.read(of)));
}

test("writes an object as it is, and reads it back", async () => {
  await storage.write(call({ Key: "a.json" }), texts('[{"a":', '"ä"}]'));
  expect((await read(call({ Key: "a.json" }))).toString()).toBe('[{"a":"ä"}]');
  await storage.write(call({ Key: "empty" }), texts());
  expect((await read(call({ Key: "empty" }))).length).toBe(0);
});

test("writes what is large in parts, and streams it back", async () => {
  const line = `${"x".repeat(999_999)}\n`;
  await storage.write(call({ Key: "large" }), texts(...Array<string>(20).fill(line)));
  let size = 0;
  let largest = 0;
  for await (const chunk of storage.read(call({ Key: "large" }))) {
    size += chunk.length;
    largest = Math.max(largest, chunk.length);
  }
  expect(size).toBe(20_000_000);
  expect(largest).toBeLessThan(5_000_000);
  expect(await host.call("aws-sdk:s3:headObject", { Bucket: "work", Key: "large" })).toMatchObject({
    ETag: expect.stringMatching(/-3"$/),
  });
});

test("leaves nothing of what could not be written to its end", async () => {
  async function* broken(): AsyncGenerator<string> {
    yield "x".repeat(9_000_000);
    throw new Error("no more results");
  }
  await expect(storage.write(call({ Key: "broken" }), broken())).rejects.toThrow("no more results");
  await expect(read(call({ Key: "broken" }))).rejects.toMatchObject({
    error: "S3.NoSuchKeyException",
  });
});

test("lists objects page by page, as items of a Map", async () => {
  for (const name of ["1", "2", "3"]) {
    await storage.write(call({ Key: `list/${name}` }), texts(name));
  }
  const pages = await gathered(storage.list(call({ Prefix: "list/", MaxKeys: 2 })));
  expect(pages.map((page) => page.map(({ Key }) => Key))).toEqual([
    ["list/1", "list/2"],
    ["list/3"],
  ]);
  expect(pages[0]?.[0]).toEqual({
    Etag: '"c4ca4238a0b923820dcc509a6f75849b"',
    Key: "list/1",
    LastModified: expect.any(Number),
    Size: 1,
    StorageClass: "STANDARD",
  });
  expect(await gathered(storage.list(call({ Prefix: "none/" })))).toEqual([[]]);
});

test("acts with the machine's role, and fails as a task with the same call", async () => {
  const roleArn = host.putRole("storage-reader", {
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::work/list/*",
  });
  expect((await read(call({ Key: "list/1" }, { roleArn }))).toString()).toBe("1");
  await expect(
    storage.write(call({ Key: "list/1" }, { roleArn }), texts("2")),
  ).rejects.toMatchObject({
    error: "S3.S3Exception",
    cause: expect.stringContaining("s3:PutObject"),
  });
});

test("reads no further once the run is not wanted any more", async () => {
  const controller = new AbortController();
  const reading = storage.read(call({ Key: "large" }, { signal: controller.signal }));
  const chunks = reading[Symbol.asyncIterator]();
  await chunks.next();
  controller.abort();
  await expect(chunks.next()).rejects.toThrow();
});

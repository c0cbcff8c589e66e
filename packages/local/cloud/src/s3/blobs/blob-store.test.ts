import { mkdtempSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { type BlobStore, createBlobStore } from "./blob-store.ts";
import { readBody } from "./read-body.ts";

const opened: BlobStore[] = [];
const faults: unknown[] = [];

function open(folder = mkdtempSync(join(tmpdir(), "darkroom-blobs-"))) {
  const blobs = createBlobStore(folder, (error) => faults.push(error));
  opened.push(blobs);
  /** Files with something in them: the others wait for their turn. */
  const files = () =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => {
      const stat = statSync(join(folder, name));
      return stat.isFile() && stat.size > 0;
    });
  return { folder, blobs, files };
}

afterEach(async () => {
  for (const blobs of opened.splice(0)) await blobs.close();
  expect(faults.splice(0)).toEqual([]);
});

async function write(blobs: BlobStore, ...parts: Uint8Array[]): Promise<string> {
  const writer = await blobs.create();
  for (const part of parts) await writer.write([part]);
  await writer.finish();
  return writer.name;
}

const read = (blobs: BlobStore, name: string, size: number) =>
  readBody(blobs, [{ blob: name, size }], { start: 0, length: size });

async function all(body: Uint8Array | Readable): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const parts = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

test("what is written in pieces is read as it was", async () => {
  const { blobs } = open();
  const parts = [Buffer.alloc(700_000, 1), Buffer.alloc(700_000, 2), Buffer.alloc(1, 3)];

  const name = await write(blobs, ...parts);

  const whole = Buffer.concat(parts);
  expect((await all(read(blobs, name, whole.length))).equals(whole)).toBe(true);
});

test("names are random and only their owner can read the files", async () => {
  const { folder, blobs, files } = open();

  const name = await write(blobs, Buffer.from("x"));

  expect(name).toMatch(/^[0-9a-f]{32}$/);
  const [file = ""] = files();
  expect(file).toBe(join(name.slice(0, 2), name));
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

test("what is abandoned is gone", async () => {
  const { blobs, files } = open();
  const writer = await blobs.create();
  await writer.write([Buffer.from("x")]);

  writer.abandon();

  expect(files()).toEqual([]);
});

test("a second name outlives the first", async () => {
  const { folder, blobs } = open();
  const name = await write(blobs, Buffer.from("x"));
  const copy = await blobs.duplicate(name);

  blobs.remove([name]);

  await expect.poll(() => readdirSync(join(folder, name.slice(0, 2)))).not.toContain(name);
  expect(readFileSync(join(folder, copy.slice(0, 2), copy), "utf8")).toBe("x");
});

test("a file that is being read stays until that is over", async () => {
  const { blobs, files } = open();
  const names = [
    await write(blobs, Buffer.alloc(600_000, 1)),
    await write(blobs, Buffer.alloc(600_000, 2)),
  ];
  const segments = names.map((blob) => ({ blob, size: 600_000 }));
  const body = readBody(blobs, segments, { start: 0, length: 1_200_000 });

  blobs.remove(names);

  expect(files()).toHaveLength(2);
  expect(await all(body)).toHaveLength(1_200_000);
  await expect.poll(files).toEqual([]);
});

test("a reader that stops in the middle lets go", async () => {
  const { blobs, files } = open();
  const name = await write(blobs, Buffer.alloc(3_000_000));
  const body = read(blobs, name, 3_000_000) as Readable;
  for await (const _ of body) break;

  blobs.remove([name]);

  await expect.poll(files).toEqual([]);
});

test("a file that is shorter than it should be is an error, not a short answer", async () => {
  const { blobs } = open();
  const name = await write(blobs, Buffer.alloc(1000));

  const damaged = expect.objectContaining({
    code: "ObjectDamaged",
    cause: expect.objectContaining({ message: "a blob is shorter than the database says" }),
  });
  expect(() => read(blobs, name, 1001)).toThrow(damaged);
  await expect(all(read(blobs, name, 3_000_000))).rejects.toThrow(damaged);
});

test("a file that was read whole is not read again, nor for a range of it", async () => {
  const { blobs, folder } = open();
  const name = await write(blobs, Buffer.from("0123456789"));
  expect(await all(read(blobs, name, 10))).toEqual(Buffer.from("0123456789"));
  truncateSync(join(folder, name.slice(0, 2), name), 0);

  const range = readBody(blobs, [{ blob: name, size: 10 }], { start: 2, length: 3 });

  expect(Buffer.from(await all(range)).toString()).toBe("234");
});

test("a sweep removes what earlier processes left, but not what is known or new", async () => {
  const before = open();
  const kept = await write(before.blobs, Buffer.from("kept"));
  await write(before.blobs, Buffer.from("orphan"));
  const { blobs, files } = open(before.folder);
  const fresh = await write(blobs, Buffer.from("fresh"));

  await blobs.sweep((name) => name === kept);

  const names = files().map((file) => file.slice(3));
  expect(names.sort()).toEqual([kept, fresh].sort());
  // The first process would look for its spare files in vain.
  opened.splice(opened.indexOf(before.blobs), 1);
});

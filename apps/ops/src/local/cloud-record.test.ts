import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CloudRecord, readCloudRecord, writeCloudRecord } from "./cloud-record.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloud-record-"));
});
afterEach(() => rm(folder, { recursive: true }));

const record: CloudRecord = {
  endpointUrl: "http://127.0.0.1:4566",
  region: "us-east-1",
  outputs: { landing_bucket: "b" },
  pid: 4711,
};

test("what is written is read again, and is its owner's alone", async () => {
  await writeCloudRecord(folder, record);

  expect(await readCloudRecord(folder)).toEqual(record);
  expect((await stat(join(folder, "darkroom.json"))).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["darkroom.json"]);
});

test("a folder without one, and no folder at all, have none", async () => {
  expect(await readCloudRecord(folder)).toBeUndefined();
  expect(await readCloudRecord(join(folder, "nowhere"))).toBeUndefined();
});

test.each(["", "{", "[]", '{"endpointUrl":1}'])(
  "%j in its place is told in one line",
  async (text) => {
    await writeFile(join(folder, "darkroom.json"), text);

    await expect(readCloudRecord(folder)).rejects.toThrow(/damaged: delete it/);
  },
);

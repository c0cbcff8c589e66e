import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputNames } from "@darkroom/infra";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CloudRecord, writeCloudRecord } from "./local/cloud-record.ts";
import { findTarget, requireRunning, resourcesOf } from "./target.ts";

const outputs = Object.fromEntries(Object.values(outputNames).map((name) => [name, `the ${name}`]));
const key = { accessKeyId: "AKIA0", secretAccessKey: "s3cret" };

/** Refuses everything, as the local cloud does with an unsigned request. */
const server = createServer((_, response) => response.writeHead(403).end());
let folder: string;
let endpointUrl: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "target-"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function write(more: Partial<CloudRecord>): Promise<void> {
  await writeCloudRecord(folder, { endpointUrl, region: "us-east-1", outputs, ...more });
  await writeFile(join(folder, "operator-key.json"), JSON.stringify(key));
}
const find = () => findTarget({ dataFolder: folder });

/** Of a process that has ended. */
const nobody = 2 ** 22 - 1;

test("a cloud that runs is found with its key and names", async () => {
  await write({ pid: process.pid });

  expect(await find()).toEqual({
    running: true,
    target: {
      endpointUrl,
      region: "us-east-1",
      credentials: key,
      resources: expect.objectContaining({ DARKROOM_LANDING_BUCKET: "the landing_bucket" }),
    },
  });
});

test("after a clean stop its names are still known", async () => {
  await write({});

  expect(await find()).toMatchObject({ running: false, target: { endpointUrl } });
});

test("a process that has gone doesn't run, whoever has its port now", async () => {
  await write({ pid: nobody });

  expect(await find()).toMatchObject({ running: false });
});

test("another process of its number doesn't answer in its place", async () => {
  await write({ pid: process.pid });
  server.closeAllConnections();
  server.close();

  expect(await find()).toMatchObject({ running: false });
});

test("a folder on which nothing was ever started has no target", async () => {
  expect(await find()).toBeUndefined();
});

test("a command that needs a running cloud says how to start one", async () => {
  await write({});
  const settings = { dataFolder: folder, shownDataFolder: "photos" };

  await expect(requireRunning(settings)).rejects.toThrow(
    /^Nothing runs on the data folder photos: start it with `npx .* start`$/,
  );
});

test("a stack without an output that is needed is named with it", () => {
  expect(() => resourcesOf({ ...outputs, image_table: undefined })).toThrow(
    /no output image_table/,
  );
});

test("a damaged key file is told without what stands in it", async () => {
  await write({});
  await writeFile(join(folder, "operator-key.json"), '{"accessKeyId": "hidden');

  await expect(find()).rejects.toThrow(/^(?!.*hidden).*operator-key.json can't be read/);
});

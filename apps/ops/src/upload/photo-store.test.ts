import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clients, createClients } from "../clients.ts";
import type { Pause } from "../watch/pause.ts";
import { type PhotoStore, s3PhotoStore } from "./photo-store.ts";

let folder: string;
let clients: Clients;
let store: PhotoStore;
/** What the service answers, one after the other; the last one again and again. */
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
let bodies: string[];

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  bodies.push(body);
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  answer?.(request, response);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "photo-store-"));
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  clients = createClients({
    endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  store = s3PhotoStore(clients.s3, "landing", pause);
  bodies = [];
  answers = [];
});
afterEach(async () => {
  clients.close();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const never = new AbortController().signal;
const pauses: number[] = [];
const pause: Pause = async (ms) => {
  pauses.push(ms);
};

const version =
  (id: string) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { "x-amz-version-id": id }).end();
  };
const refuse =
  (status: number, code: string) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(status, { "content-type": "application/xml" })
      .end(`<Error><Code>${code}</Code><Message>${code}!</Message></Error>`);
  };

test("a file is streamed, and its version comes back", async () => {
  const path = join(folder, "a.jpg");
  await writeFile(path, "bytes of a photo");
  answers = [version("v1")];

  const put = await store.put("Incoming/a/b/c d.jpg", path, never);

  expect(put).toEqual({ versionId: "v1", bytes: 16 });
  expect(bodies[0]).toContain("bytes of a photo");
});

test("an empty file is uploaded too", async () => {
  const path = join(folder, "empty.jpg");
  await writeFile(path, "");
  answers = [version("v1")];

  const put = await store.put("k", path, never);

  expect(put).toEqual({ versionId: "v1", bytes: 0 });
});

test("a service that had enough is asked again, with the whole file", async () => {
  const path = join(folder, "a.jpg");
  await writeFile(path, "whole");
  answers = [refuse(503, "SlowDown"), refuse(500, "InternalError"), version("v3")];
  pauses.length = 0;

  const put = await store.put("k", path, never);

  expect(put.versionId).toBe("v3");
  expect(bodies).toHaveLength(3);
  for (const body of bodies) expect(body).toContain("whole");
  expect(pauses).toEqual([200, 400]);
});

test("what the service refuses for good is not tried again", async () => {
  const path = join(folder, "a.jpg");
  await writeFile(path, "x");
  answers = [refuse(400, "KeyTooLongError")];

  const put = store.put("k", path, never);

  await expect(put).rejects.toThrow("KeyTooLongError!");
  expect(bodies).toHaveLength(1);
});

test("a file that can't be read is a failure that says so", async () => {
  const put = store.put("k", join(folder, "gone.jpg"), never);

  await expect(put).rejects.toThrow("it can't be read (ENOENT)");
});

test("an endpoint that nobody listens on is tried for a while", async () => {
  const path = join(folder, "a.jpg");
  await writeFile(path, "x");
  server.close();
  pauses.length = 0;

  const put = store.put("k", path, never);

  await expect(put).rejects.toThrow(expect.objectContaining({ code: "ECONNREFUSED" }));
  expect(pauses.reduce((sum, ms) => sum + ms)).toBeGreaterThan(20_000);
});

test("the newest version of a key is told, and none of one that was deleted", async () => {
  answers = [version("v9"), (_, response) => response.writeHead(404).end()];

  expect(await store.newestVersion("k", never)).toBe("v9");
  expect(await store.newestVersion("k", never)).toBeUndefined();
});

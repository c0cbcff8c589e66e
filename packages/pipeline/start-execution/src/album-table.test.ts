import { memoryDocumentClient } from "@darkroom/lambda/testing";
import { albumItem } from "@darkroom/workflow";
import { expect, test } from "vitest";
import { albumTable } from "./album-table.ts";

const photo = { userID: "ann", albumID: "ann/summer" };
const creationTime = "2026-05-01T10:00:00.000Z";

function place() {
  const memory = memoryDocumentClient("albumID");
  let calls = 0;
  let ms = 0;
  const client = {
    send: (command: never) => {
      calls += 1;
      return memory.client.send(command);
    },
  } as unknown as typeof memory.client;
  return {
    albums: albumTable(client, "albums", () => ms),
    rows: memory.items,
    calls: () => calls,
    later: (by: number) => {
      ms += by;
    },
  };
}

test("an album is made from the key of its first photo, by the name that it has there", async () => {
  const { albums, rows } = place();
  await albums.ensure(photo, creationTime);
  expect(rows.get("ann/summer")).toEqual({ ...photo, name: "summer", creationTime });
  expect(albumItem.parse(rows.get("ann/summer"))).toEqual(rows.get("ann/summer"));
});

test("an album that is there stays as it is", async () => {
  const { albums, rows } = place();
  const renamed = { ...photo, name: "By the sea", creationTime: "2020-01-01T00:00:00.000Z" };
  rows.set("ann/summer", renamed);
  await albums.ensure(photo, creationTime);
  expect(rows.get("ann/summer")).toEqual(renamed);
});

test("thousands of photos of one album cost a write a minute", async () => {
  const { albums, rows, calls, later } = place();
  for (let count = 0; count < 1000; count += 1) await albums.ensure(photo, creationTime);
  expect(calls()).toBe(1);

  // Deleted meanwhile, it comes again with the next photo.
  rows.clear();
  later(60_000);
  await albums.ensure(photo, creationTime);
  expect(calls()).toBe(2);
  expect(rows.has("ann/summer")).toBe(true);
});

import { BatchWriteItemCommand, type ScanCommandInput } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  N,
  type PhotosTable,
  photos,
  S,
  startPhotosTable,
  timesOf,
} from "./dynamodb/photos-table.ts";

let table: PhotosTable;
let scan: PhotosTable["scan"];

beforeAll(async () => {
  table = await startPhotosTable();
  ({ scan } = table);
});

afterAll(() => table.close());

describe("Scan", () => {
  test("reads everything, page by page", async () => {
    const seen = new Set<string>();
    let start: ScanCommandInput["ExclusiveStartKey"];
    do {
      const page = await scan({ Limit: 9, ExclusiveStartKey: start });
      for (const item of page.Items ?? []) seen.add(`${item.album?.S} ${item.taken?.N}`);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);

    for (const { album, taken } of photos) expect(seen).toContain(`${album.S} ${taken.N}`);
  });

  test("the segments of a parallel scan are the whole, and no item is in two", async () => {
    const put = (id: string) => ({ PutRequest: { Item: { id: S(id) } } });
    const ids = Array.from({ length: 50 }, (_, index) => `item-${index}`);
    const TableName = await table.tables.create("many", { keys: [["id", "S"]] });
    for (const batch of [ids.slice(0, 25), ids.slice(25)]) {
      await table.tables.client.send(
        new BatchWriteItemCommand({ RequestItems: { [TableName]: batch.map(put) } }),
      );
    }
    const segments = [0, 1, 2, 3].map((Segment) => scan({ TableName, Segment, TotalSegments: 4 }));
    const read = (await Promise.all(segments)).map(({ Items }) =>
      (Items ?? []).map(({ id }) => String(id?.S)),
    );

    expect(read.every((segment) => segment.length > 0)).toBe(true);
    expect(read.flat().toSorted()).toEqual(ids.toSorted());
  });

  test("scans an index, in segments too", async () => {
    const segment = async (Segment: number) =>
      (await scan({ IndexName: "byStars", Segment, TotalSegments: 2 })).Count ?? 0;

    expect((await scan({ IndexName: "byStars" })).Count).toBe(8);
    expect((await segment(0)) + (await segment(1))).toBe(8);
  });

  test("filters by any attribute, keys too", async () => {
    const answer = await scan({
      FilterExpression: "album = :album AND taken > :taken",
      ExpressionAttributeValues: { ":album": S("album-0"), ":taken": N(14) },
    });

    expect(timesOf(answer).toSorted()).toEqual([16, 18]);
    expect(answer.ScannedCount).toBeGreaterThanOrEqual(40);
  });

  test.each<[string, Partial<ScanCommandInput>, string]>([
    [
      "a segment of nothing",
      { Segment: 0 },
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    ],
    [
      "segments without one",
      { TotalSegments: 2 },
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    ],
    [
      "a segment behind the last",
      { Segment: 2, TotalSegments: 2 },
      "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2",
    ],
    [
      "a start with too little of the key",
      { ExclusiveStartKey: { album: S("a") } },
      "The provided starting key is invalid: The provided key element does not match the schema",
    ],
    [
      "a start without the index's key",
      { IndexName: "byOwner", ExclusiveStartKey: { album: S("a"), taken: N(1) } },
      "The provided starting key is invalid",
    ],
  ])("refuses %s", async (_what, input, message) => {
    await expect(scan(input)).rejects.toMatchObject({ name: "ValidationException", message });
  });

  test("refuses a start of another segment", async () => {
    const owner = async (Segment: number) =>
      (await scan({ Segment, TotalSegments: 2, Limit: 1 })).LastEvaluatedKey;
    const start = (await owner(0)) ?? (await owner(1));
    const wrong = (await owner(0)) === undefined ? 0 : 1;

    await expect(
      scan({ Segment: wrong, TotalSegments: 2, ExclusiveStartKey: start }),
    ).rejects.toThrow(
      `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: ${wrong}`,
    );
  });
});

import { type QueryCommandInput, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  N,
  ofOwner,
  type PhotosTable,
  S,
  startPhotosTable,
  timesOf,
} from "./dynamodb/photos-table.ts";

let table: PhotosTable;
let query: PhotosTable["query"];

beforeAll(async () => {
  table = await startPhotosTable();
  ({ query } = table);
});

afterAll(() => table.close());

describe("an index", () => {
  test("orders the items of another key and pages through equal ones", async () => {
    const all = await query({ IndexName: "byOwner", ...ofOwner });
    const seen: unknown[] = [];
    let start: QueryCommandInput["ExclusiveStartKey"];
    do {
      const page = await query({
        IndexName: "byOwner",
        ...ofOwner,
        Limit: 3,
        ExclusiveStartKey: start,
      });
      seen.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
      if (start !== undefined)
        expect(Object.keys(start).toSorted()).toEqual(["album", "owner", "taken"]);
    } while (start !== undefined);

    expect(timesOf(all)).toEqual([-20, -16, -12, -8, -4, 0, 4, 8, 12, 16]);
    expect(seen).toEqual(all.Items);
  });

  test("holds only what has its keys, and of it only what it projects", async () => {
    const { Items } = await query({ IndexName: "byStars", ...ofOwner });

    expect(Items).toEqual([
      { album: S("album-0"), taken: N(-20), owner: S("user-0"), stars: N(0) },
      { album: S("album-0"), taken: N(0), owner: S("user-0"), stars: N(20) },
    ]);
  });

  test("of some attributes gives these, and its filter sees only them", async () => {
    const bySize = {
      IndexName: "bySize",
      KeyConditionExpression: "#size = :size",
      ExpressionAttributeNames: { "#size": "size" },
      ExpressionAttributeValues: { ":size": N(500) },
    };
    const entry = { album: S("album-1"), taken: N(-15), size: N(500), stars: N(5) };

    expect((await query(bySize)).Items).toEqual([entry]);
    expect((await query({ ...bySize, FilterExpression: "attribute_exists(stars)" })).Count).toBe(1);
    const hidden = await query({
      ...bySize,
      FilterExpression: "attribute_exists(#o)",
      ExpressionAttributeNames: { "#size": "size", "#o": "owner" },
    });
    expect(hidden).toMatchObject({ Count: 0, ScannedCount: 1 });
    expect((await query({ ...bySize, Select: "COUNT" })).Items).toBeUndefined();
  });

  test("follows its items: they come, move and go", async () => {
    const key = { album: S("moving"), taken: N(1) };
    const owned = async (owner: string) =>
      (
        await query({
          IndexName: "byOwner",
          ...ofOwner,
          ExpressionAttributeValues: { ":owner": S(owner) },
        })
      ).Count;
    const update = (UpdateExpression: string, values?: Record<string, { S: string }>) =>
      table.tables.client.send(
        new UpdateItemCommand({
          TableName: table.TableName,
          Key: key,
          UpdateExpression,
          ExpressionAttributeNames: { "#o": "owner" },
          ExpressionAttributeValues: values,
        }),
      );

    await update("SET #o = :a", { ":a": S("a") });
    await expect.poll(() => Promise.all([owned("a"), owned("b")])).toEqual([1, 0]);
    await update("SET #o = :b", { ":b": S("b") });
    await expect.poll(() => Promise.all([owned("a"), owned("b")])).toEqual([0, 1]);
    await update("REMOVE #o");
    await expect.poll(() => Promise.all([owned("a"), owned("b")])).toEqual([0, 0]);
  });

  test("is not read consistently, and not for what it doesn't hold", async () => {
    await expect(query({ IndexName: "byOwner", ...ofOwner, ConsistentRead: true })).rejects.toThrow(
      "Consistent reads are not supported on global secondary indexes",
    );
    await expect(
      query({ IndexName: "byStars", ...ofOwner, Select: "ALL_ATTRIBUTES" }),
    ).rejects.toThrow(
      "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index byStars because its projection type is not ALL",
    );
    await expect(
      query({
        IndexName: "byStars",
        ...ofOwner,
        ProjectionExpression: "stars, lens",
      }),
    ).rejects.toThrow(
      "One or more parameter values were invalid: Global secondary index byStars does not project [lens]",
    );
  });

  test("tells the capacity that its reading took", async () => {
    const { ConsumedCapacity } = await query({
      IndexName: "byStars",
      ...ofOwner,
      ReturnConsumedCapacity: "INDEXES",
    });

    expect(ConsumedCapacity).toEqual({
      TableName: table.TableName,
      CapacityUnits: 0.5,
      Table: { CapacityUnits: 0 },
      GlobalSecondaryIndexes: { byStars: { CapacityUnits: 0.5 } },
    });
  });
});

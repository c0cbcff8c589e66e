import {
  ConditionalCheckFailedException,
  type ReturnValue,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImagesTable, N, S, startImagesTable } from "./dynamodb/images-table.ts";

let images: ImagesTable;
let TableName: string;
let client: ImagesTable["client"];
let put: ImagesTable["put"];
let get: ImagesTable["get"];
let update: ImagesTable["update"];

beforeAll(async () => {
  images = await startImagesTable();
  ({ client, put, get, update, TableName } = images);
});

afterAll(() => images.close());

describe("UpdateItem", () => {
  const one = { ExpressionAttributeValues: { ":one": N("1") } };

  test("makes the item that isn't there", async () => {
    await update("made", "SET a.b = :one", one).catch(() => {});
    expect(await get("made")).toBeUndefined();

    await update("made", "ADD seen :one", one);
    expect(await get("made")).toEqual({ id: S("made"), seen: N("1") });
  });

  test("without an expression touches nothing but makes the item", async () => {
    await client.send(new UpdateItemCommand({ TableName, Key: { id: S("touched") } }));

    expect(await get("touched")).toEqual({ id: S("touched") });
  });

  test.each<[ReturnValue, object | undefined]>([
    ["NONE", undefined],
    ["ALL_OLD", { a: N("1"), m: { M: { x: N("1"), y: N("2") } } }],
    ["UPDATED_OLD", { a: N("1"), m: { M: { x: N("1") } } }],
    ["ALL_NEW", { a: N("2"), m: { M: { x: N("2"), y: N("2") } }, b: N("1") }],
    ["UPDATED_NEW", { a: N("2"), m: { M: { x: N("2") } }, b: N("1") }],
  ])("gives back %s", async (ReturnValues, expected) => {
    const id = `returned-${ReturnValues}`;
    await put({ id: S(id), a: N("1"), m: { M: { x: N("1"), y: N("2") } } });
    const { Attributes } = await update(id, "SET a = a + :one, m.x = m.x + :one, b = :one", {
      ...one,
      ReturnValues,
    });

    expect(Attributes).toEqual(
      expected !== undefined && ReturnValues.startsWith("ALL")
        ? { id: S(id), ...expected }
        : expected,
    );
  });

  test("refuses to change a key, or to make an index key that is none", async () => {
    await put({ id: S("keys"), album: S("a"), taken: N("1") });

    await expect(update("keys", "REMOVE id")).rejects.toThrow(
      "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
    );
    await expect(update("keys", "SET album = :one", one)).rejects.toThrow(
      "Type mismatch for Index Key album Expected: S Actual: N IndexName: byAlbum",
    );
    await expect(
      update("keys", "SET album = #taken", { ExpressionAttributeNames: { "#taken": "taken" } }),
    ).rejects.toThrow(
      "The update expression attempted to update the secondary index key to unsupported type",
    );
    await expect(update("keys", "SET album.x = :one", one)).rejects.toThrow(
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: album",
    );
  });

  test("a failed condition leaves the item as it was", async () => {
    await put({ id: S("kept"), a: N("1") });
    const failed = update("kept", "SET a = :two", {
      ConditionExpression: "a = :two",
      ExpressionAttributeValues: { ":two": N("2") },
    });

    await expect(failed).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    expect(await get("kept")).toEqual({ id: S("kept"), a: N("1") });
  });

  test("of many increments at once none is lost, and one that fails undoes none", async () => {
    await put({ id: S("counter"), n: N("0") });
    const increments = Array.from({ length: 60 }, (_, index) =>
      update("counter", "ADD n :one", {
        ...one,
        ConditionExpression: index % 3 === 0 ? "attribute_not_exists(id)" : "attribute_exists(id)",
      }),
    );
    const results = await Promise.allSettled(increments);

    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(20);
    expect(await get("counter")).toEqual({ id: S("counter"), n: N("40") });
  });
});

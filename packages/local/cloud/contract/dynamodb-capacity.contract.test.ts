import { type ConsumedCapacity, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImagesTable, N, S, startImagesTable } from "./dynamodb/images-table.ts";

let images: ImagesTable;
let TableName: string;
let client: ImagesTable["client"];
let put: ImagesTable["put"];
let update: ImagesTable["update"];

beforeAll(async () => {
  images = await startImagesTable();
  ({ client, put, update, TableName } = images);
});

afterAll(() => images.close());

describe("consumed capacity", () => {
  const units = async (response: Promise<{ ConsumedCapacity?: ConsumedCapacity | undefined }>) =>
    (await response).ConsumedCapacity?.CapacityUnits;

  test("a write costs 1 unit for each KB of the larger of the two items", async () => {
    const item = (bytes: number) => ({ id: S("costly"), p: S("x".repeat(bytes)) });
    const cost = (bytes: number) => units(put(item(bytes), { ReturnConsumedCapacity: "TOTAL" }));

    expect(await cost(1_024 - 9)).toBe(1);
    expect(await cost(2_048)).toBe(3);
    expect(await cost(1)).toBe(3);
  });

  test("a read costs half a unit for each 4 KB, a consistent one all of it", async () => {
    await put({ id: S("read"), p: S("x".repeat(5_000)) });
    const cost = (id: string, ConsistentRead: boolean) =>
      units(
        client.send(
          new GetItemCommand({
            TableName,
            Key: { id: S(id) },
            ConsistentRead,
            ReturnConsumedCapacity: "TOTAL",
          }),
        ),
      );

    expect(await cost("read", true)).toBe(2);
    expect(await cost("read", false)).toBe(1);
    expect(await cost("nothing", false)).toBe(0.5);
  });

  test("an index costs what changes in it", async () => {
    const id = "indexed";
    const cost = async (expression: string, values?: Record<string, { S: string }>) =>
      (
        await update(id, expression, {
          ReturnConsumedCapacity: "INDEXES",
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        })
      ).ConsumedCapacity;
    const withIndex = (units: number) => ({
      TableName,
      CapacityUnits: 1 + units,
      Table: { CapacityUnits: 1 },
      GlobalSecondaryIndexes: { byAlbum: { CapacityUnits: units } },
    });
    await put({ id: S(id), taken: N("1") });

    expect(await cost("SET album = :a", { ":a": S("a") })).toEqual(withIndex(1));
    expect(await cost("SET album = :b", { ":b": S("b") })).toEqual(withIndex(2));
    expect(await cost("SET v = :v", { ":v": S("v") })).toEqual({
      TableName,
      CapacityUnits: 1,
      Table: { CapacityUnits: 1 },
    });
    expect(await cost("REMOVE album")).toEqual(withIndex(1));
  });
});

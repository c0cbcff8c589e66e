import { PutItemCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  inAlbum,
  N,
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

describe("Query", () => {
  test("reads a partition in the order of the sort key, in either direction", async () => {
    const forward = await query(inAlbum());
    const backward = await query({ ...inAlbum(), ScanIndexForward: false });

    expect(timesOf(forward)).toEqual(Array.from({ length: 20 }, (_, index) => index * 2 - 20));
    expect(backward.Items).toEqual(forward.Items?.toReversed());
    expect(forward).toMatchObject({ Count: 20, ScannedCount: 20 });
    expect(forward.LastEvaluatedKey).toBeUndefined();
  });

  test.each([
    ["taken = :a", [-2]],
    ["taken < :a", [-20, -18, -16, -14, -12, -10, -8, -6, -4]],
    ["taken >= :b", [10, 12, 14, 16, 18]],
    [":b < taken", [12, 14, 16, 18]],
    ["taken BETWEEN :a AND :b", [-2, 0, 2, 4, 6, 8, 10]],
  ])("selects by %s", async (condition, expected) => {
    const values = Object.fromEntries(
      Object.entries({ ":a": N(-2), ":b": N(10) }).filter(([name]) => condition.includes(name)),
    );
    const answer = await query(inAlbum(condition, values));

    expect(timesOf(answer)).toEqual(expected);
  });

  test("pages meet without a gap or an overlap, in either direction", async () => {
    for (const ScanIndexForward of [true, false]) {
      const seen: number[] = [];
      let start: QueryCommandInput["ExclusiveStartKey"];
      let pages = 0;
      do {
        const page = await query({
          ...inAlbum(),
          ScanIndexForward,
          Limit: 7,
          ExclusiveStartKey: start,
        });
        seen.push(...timesOf(page));
        start = page.LastEvaluatedKey;
        pages++;
      } while (start !== undefined);

      expect(pages).toBe(3);
      expect(seen).toHaveLength(20);
      expect(new Set(seen).size).toBe(20);
    }
  });

  test("a page that ends with the last item doesn't know it", async () => {
    const exact = await query({ ...inAlbum(), Limit: 20 });
    const after = await query({ ...inAlbum(), ExclusiveStartKey: exact.LastEvaluatedKey });

    expect(exact.LastEvaluatedKey).toEqual({ album: S("album-0"), taken: N(18) });
    expect(after).toMatchObject({ Items: [], Count: 0, ScannedCount: 0 });
  });

  test("a filter takes items out of a page, not out of what was read", async () => {
    const page = await query({
      ...inAlbum(),
      Limit: 10,
      FilterExpression: "attribute_exists(stars)",
      ProjectionExpression: "stars",
    });

    expect(page.Items).toEqual([{ stars: N(0) }, { stars: N(10) }]);
    expect(page).toMatchObject({ Count: 2, ScannedCount: 10 });
  });

  test("COUNT gives the number alone", async () => {
    const counted = await query({ ...inAlbum(), Select: "COUNT" });

    expect(counted.Count).toBe(20);
    expect(counted.Items).toBeUndefined();
  });

  test("a page ends at 1 MB", async () => {
    const text = "x".repeat(300_000);
    const TableName = await table.tables.create("large", {
      keys: [
        ["id", "S"],
        ["n", "N"],
      ],
    });
    for (let n = 0; n < 5; n++) {
      await table.tables.client.send(
        new PutItemCommand({ TableName, Item: { id: S("a"), n: N(n), text: S(text) } }),
      );
    }
    const page = await query({
      TableName,
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: { ":id": S("a") },
      ProjectionExpression: "n",
      ReturnConsumedCapacity: "TOTAL",
    });

    expect(page.Items).toHaveLength(4);
    expect(page.LastEvaluatedKey).toEqual({ id: S("a"), n: N(3) });
    expect(page.ConsumedCapacity?.CapacityUnits).toBe(Math.ceil((4 * 300_010) / 4096));
  });

  test("the document client's paginator reads all of it", async () => {
    const pages = paginateQuery(
      { client: DynamoDBDocumentClient.from(table.tables.client), pageSize: 6 },
      {
        TableName: table.TableName,
        KeyConditionExpression: "album = :album",
        ExpressionAttributeValues: { ":album": "album-1" },
      },
    );
    const items: unknown[] = [];
    for await (const page of pages) items.push(...(page.Items ?? []));

    expect(items).toHaveLength(20);
  });

  test.each<[string, Partial<QueryCommandInput>, string]>([
    [
      "no condition",
      {},
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ],
    [
      "no condition on the partition key",
      { KeyConditionExpression: "taken = :a", ExpressionAttributeValues: { ":a": N(1) } },
      "Query condition missed key schema element: album",
    ],
    [
      "a condition on something else",
      inAlbum("stars = :a", { ":a": N(1) }),
      "Query condition missed key schema element: taken",
    ],
    [
      "three conditions",
      inAlbum("taken = :a AND stars = :a", { ":a": N(1) }),
      "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
    ],
    [
      "two conditions on one key",
      inAlbum("taken > :a AND taken < :b", { ":a": N(1), ":b": N(2) }),
      "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
    ],
    [
      "OR",
      {
        KeyConditionExpression: "album = :a OR taken = :a",
        ExpressionAttributeValues: { ":a": N(1) },
      },
      "Invalid operator used in KeyConditionExpression: OR",
    ],
    [
      "a function of conditions",
      inAlbum("attribute_exists(taken)"),
      "Invalid operator used in KeyConditionExpression: attribute_exists",
    ],
    [
      "a nested attribute",
      inAlbum("taken.x = :a", { ":a": N(1) }),
      "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes",
    ],
    [
      "a range of partitions",
      { KeyConditionExpression: "album > :a", ExpressionAttributeValues: { ":a": S("a") } },
      "Query key condition not supported",
    ],
    [
      "a value of another type",
      { KeyConditionExpression: "album = :a", ExpressionAttributeValues: { ":a": N(1) } },
      "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ],
    [
      "a filter on a key",
      { ...inAlbum("", { ":a": N(1) }), FilterExpression: "taken > :a" },
      "Filter Expression can only contain non-primary key attributes: Primary key attribute: taken",
    ],
    [
      "an index that isn't there",
      { ...inAlbum(), IndexName: "byNothing" },
      "The table does not have the specified index: byNothing",
    ],
    [
      "a start in another partition",
      { ...inAlbum(), ExclusiveStartKey: { album: S("album-1"), taken: N(1) } },
      "The provided starting key is outside query boundaries based on provided conditions",
    ],
    [
      "a start outside of the range",
      {
        ...inAlbum("taken > :a", { ":a": N(5) }),
        ExclusiveStartKey: { album: S("album-0"), taken: N(1) },
      },
      "The provided starting key does not match the range key predicate",
    ],
    [
      "a start that is no key",
      { ...inAlbum(), ExclusiveStartKey: { album: S("album-0"), taken: S("1") } },
      "The provided starting key is invalid: The provided key element does not match the schema",
    ],
    [
      "a count with a projection",
      { ...inAlbum(), Select: "COUNT", ProjectionExpression: "stars" },
      "Cannot specify the ProjectionExpression when choosing to get only the Count",
    ],
    [
      "specific attributes that it doesn't name",
      { ...inAlbum(), Select: "SPECIFIC_ATTRIBUTES" },
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    ],
    [
      "projected attributes without an index",
      { ...inAlbum(), Select: "ALL_PROJECTED_ATTRIBUTES" },
      "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    ],
    [
      "no items",
      { ...inAlbum(), Limit: 0 },
      "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
  ])("refuses %s", async (_what, input, message) => {
    await expect(query(input)).rejects.toMatchObject({ name: "ValidationException", message });
  });
});

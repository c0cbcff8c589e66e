import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
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

describe("PutItem and GetItem", () => {
  test("every type comes back as it was put, numbers normalized", async () => {
    const item = {
      id: S("types"),
      s: S("日本 📷"),
      empty: S(""),
      n: N("-17.50e1"),
      b: { B: new Uint8Array([0, 255]) },
      t: { BOOL: false },
      u: { NULL: true as const },
      ss: { SS: ["a", "b"] },
      ns: { NS: ["1.0", "2"] },
      bs: { BS: [new Uint8Array([1])] },
      l: { L: [S("x"), { L: [] }] },
      m: { M: { k: { M: {} } } },
    };
    await put(item);

    expect(await get("types")).toEqual({ ...item, n: N("-175"), ns: { NS: ["1", "2"] } });
  });

  test("an item replaces the one of the same key, which ALL_OLD gives back", async () => {
    expect((await put({ id: S("old"), a: N("1") }, { ReturnValues: "ALL_OLD" })).Attributes).toBe(
      undefined,
    );
    const second = await put({ id: S("old"), b: N("2") }, { ReturnValues: "ALL_OLD" });

    expect(second.Attributes).toEqual({ id: S("old"), a: N("1") });
    expect(await get("old")).toEqual({ id: S("old"), b: N("2") });
  });

  test("an item that isn't there is no item", async () => {
    expect(await get("nothing")).toBeUndefined();
  });

  test("a projection that finds nothing in an item gives an empty item", async () => {
    await put({ id: S("projected"), a: N("1") });
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: { id: S("projected") }, ProjectionExpression: "b.c" }),
    );

    expect(Item).toEqual({});
  });

  test("a failed condition tells the item when it is asked to", async () => {
    await put({ id: S("claimed"), by: S("a") });
    const again = put(
      { id: S("claimed"), by: S("b") },
      {
        ConditionExpression: "attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    );

    await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await expect(again).rejects.toMatchObject({
      message: "The conditional request failed",
      Item: { id: S("claimed"), by: S("a") },
    });
  });

  test("an item may have 400 KB and not a byte more", async () => {
    const item = (bytes: number) => ({ id: S("large"), p: S("x".repeat(bytes - 2 - 5 - 1)) });

    await put(item(409_600));
    await expect(put(item(409_601))).rejects.toThrow(
      "Item size has exceeded the maximum allowed size",
    );
    await expect(
      update("large", "SET q = :q", { ExpressionAttributeValues: { ":q": S("") } }),
    ).rejects.toThrow("Item size to update has exceeded the maximum allowed size");
  });

  test("a table is found by its ARN too", async () => {
    await put({ id: S("arn") });
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const arn = Table?.TableArn ?? "";
    const read = (name: string) =>
      client.send(
        new GetItemCommand({ TableName: name, Key: { id: S("arn") }, ConsistentRead: true }),
      );

    expect((await read(arn)).Item).toEqual({ id: S("arn") });
    await expect(read(`${arn}-other`)).rejects.toBeInstanceOf(ResourceNotFoundException);
  });
});

describe("keys", () => {
  test.each([
    [{}, "One or more parameter values were invalid: Missing the key id in the item"],
    [
      { id: N("1") },
      "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
    ],
    [
      { id: S("") },
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id",
    ],
    [
      { id: S("é".repeat(1_025)) },
      "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ],
    [
      { id: S("x"), album: N("1") },
      "One or more parameter values were invalid: Type mismatch for Index Key album Expected: S Actual: N IndexName: byAlbum",
    ],
    [
      { id: S("x"), album: S("") },
      "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byAlbum, IndexKey: album",
    ],
  ])("PutItem refuses %j", async (item, message) => {
    await expect(put(item)).rejects.toMatchObject({ name: "ValidationException", message });
  });

  test.each([[{}], [{ id: N("1") }], [{ id: S("a"), more: S("b") }], [{ other: S("a") }]])(
    "GetItem refuses %j, which is not the key",
    async (key) => {
      await expect(
        client.send(new GetItemCommand({ TableName, Key: key as never })),
      ).rejects.toThrow("The provided key element does not match the schema");
    },
  );

  test("a number is the same key however it is written", async () => {
    const key = (range: string) => ({ hash: { B: new Uint8Array([7]) }, range: N(range) });
    await client.send(new PutItemCommand({ TableName: images.pairs, Item: key("1.50") }));
    const { Item } = await client.send(
      new GetItemCommand({ TableName: images.pairs, Key: key("15e-1") }),
    );

    expect(Item).toEqual(key("1.5"));
  });
});

describe("DeleteItem", () => {
  test("removes an item and gives it back", async () => {
    await put({ id: S("deleted"), a: N("1") });
    const remove = () =>
      client.send(
        new DeleteItemCommand({ TableName, Key: { id: S("deleted") }, ReturnValues: "ALL_OLD" }),
      );

    expect((await remove()).Attributes).toEqual({ id: S("deleted"), a: N("1") });
    expect((await remove()).Attributes).toBeUndefined();
    expect(await get("deleted")).toBeUndefined();
  });
});

describe("ReturnValuesOnConditionCheckFailure", () => {
  const on = {
    ConditionExpression: "a = :two",
    ExpressionAttributeValues: { ":two": N("2") },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };

  test("tells the item to an update and to a deletion too", async () => {
    const item = { id: S("refused"), a: N("1") };
    await put(item);

    for (const failed of [
      update("refused", "SET a = :two", on),
      client.send(new DeleteItemCommand({ TableName, Key: { id: S("refused") }, ...on })),
    ]) {
      await expect(failed).rejects.toBeInstanceOf(ConditionalCheckFailedException);
      await expect(failed).rejects.toMatchObject({ Item: item });
    }
  });

  test("has nothing to tell of an item that isn't there", async () => {
    await expect(put({ id: S("absent") }, on)).rejects.toSatisfy(
      (error) => error instanceof ConditionalCheckFailedException && error.Item === undefined,
    );
  });
});

describe("a request that is refused", () => {
  test("for a table that isn't there", async () => {
    const read = client.send(new GetItemCommand({ TableName: "nowhere", Key: { id: S("a") } }));

    await expect(read).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(read).rejects.toThrow(/^Requested resource not found$/);
  });

  test("for a constraint of the API, in AWS's words", async () => {
    await expect(put({ id: S("a") }, { ReturnValues: "ALL_NEW" })).rejects.toThrow(
      "ReturnValues can only be ALL_OLD or NONE",
    );
    await expect(put({ id: S("a") }, { ReturnConsumedCapacity: "SOME" as never })).rejects.toThrow(
      "1 validation error detected: Value 'SOME' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
    );
    await expect(put({ id: S("a") }, { TableName: "a b" })).rejects.toThrow(
      "Value 'a b' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: ",
    );
    await expect(client.send(new GetItemCommand({ TableName } as never))).rejects.toThrow(
      "1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must not be null",
    );
  });
});

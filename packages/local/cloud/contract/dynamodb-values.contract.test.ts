import {
  type AttributeValue,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImagesTable, N, S, startImagesTable } from "./dynamodb/images-table.ts";
import { type ContractTables, openTables } from "./dynamodb/tables.ts";

let images: ImagesTable;
let tables: ContractTables;
let strings: string;
let numbers: string;
let binaries: string;

beforeAll(async () => {
  images = await startImagesTable();
  tables = await openTables();
  [strings, numbers, binaries] = (await Promise.all(
    (["S", "N", "B"] as const).map((type) =>
      tables.create(`sorted-${type.toLowerCase()}`, {
        keys: [
          ["id", "S"],
          ["sort", type],
        ],
      }),
    ),
  )) as [string, string, string];
});
afterAll(async () => {
  await images.close();
  await tables.close();
});

const id = S("value");

async function stored(value: AttributeValue): Promise<AttributeValue | undefined> {
  await images.put({ id, value });
  return (await images.get("value"))?.value;
}

describe("a number", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["00012.500", "12.5"],
    ["1e2", "100"],
    ["-1.5E-3", "-0.0015"],
    ["+7", "7"],
    [".5", "0.5"],
    ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
    [
      "0.00000000000000000000000000000000000001234567890123456789012345678901234567",
      "0.00000000000000000000000000000000000001234567890123456789012345678901234567",
    ],
    [`9${"9".repeat(37)}e88`, `${"9".repeat(38)}${"0".repeat(88)}`],
    ["1e-130", `0.${"0".repeat(129)}1`],
    ["-9.9999999999999999999999999999999999999E+125", `-${"9".repeat(38)}${"0".repeat(88)}`],
  ])("%s is kept as %s", async (given, kept) => {
    expect(await stored(N(given))).toEqual(N(kept));
  });

  test.each([
    ["", "The parameter cannot be converted to a numeric value"],
    ["abc", "The parameter cannot be converted to a numeric value: abc"],
    ["1 2", "The parameter cannot be converted to a numeric value: 1 2"],
    ["NaN", "The parameter cannot be converted to a numeric value: NaN"],
    ["Infinity", "The parameter cannot be converted to a numeric value: Infinity"],
    ["0x10", "The parameter cannot be converted to a numeric value: 0x10"],
    [
      "1e126",
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ],
    [
      "-1e126",
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ],
    [
      "1e-131",
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    ],
    [
      "123456789012345678901234567890123456789",
      "Attempting to store more than 38 significant digits in a Number",
    ],
  ])("'%s' is refused", async (number, message) => {
    await expect(stored(N(number))).rejects.toMatchObject({ name: "ValidationException", message });
  });

  test("is added to exactly", async () => {
    await images.put({ id: S("sum"), n: N("0.1") });
    const add = (value: string) =>
      images.update("sum", "ADD n :v", {
        ExpressionAttributeValues: { ":v": N(value) },
        ReturnValues: "ALL_NEW",
      });

    expect((await add("0.2")).Attributes?.n).toEqual(N("0.3"));
    expect((await add("-0.3")).Attributes?.n).toEqual(N("0"));
    expect((await add("99999999999999999999999999999999999998")).Attributes?.n).toEqual(
      N("99999999999999999999999999999999999998"),
    );
    expect((await add("1")).Attributes?.n).toEqual(N("99999999999999999999999999999999999999"));
  });
});

describe("a value", () => {
  test.each<[string, AttributeValue]>([
    ["an empty string", S("")],
    ["an empty binary", { B: new Uint8Array() }],
    ["an empty list", { L: [] }],
    ["an empty map", { M: {} }],
    ["a set with an empty string", { SS: ["", "a"] }],
    ["control characters", S("\0\u0001\n\t\u007f")],
    ["characters outside the basic plane", S("📷 𝄞 e\u0301")],
  ])("may be %s", async (_what, value) => {
    expect(await stored(value)).toEqual(value);
  });

  test.each<[string, unknown, string]>([
    [
      "an empty string set",
      { SS: [] },
      "One or more parameter values were invalid: An string set  may not be empty",
    ],
    [
      "an empty number set",
      { NS: [] },
      "One or more parameter values were invalid: An number set  may not be empty",
    ],
    [
      "an empty binary set",
      { BS: [] },
      "One or more parameter values were invalid: Binary sets should not be empty",
    ],
    [
      "a set with a member twice",
      { SS: ["a", "a"] },
      "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
    ],
    ["a set with a number twice", { NS: ["1", "1.0"] }, "Input collection contains duplicates"],
    [
      "null that isn't",
      { NULL: false },
      "One or more parameter values were invalid: Null attribute value types must have the value of true",
    ],
    [
      "nothing",
      {},
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    ],
  ])("can't be %s", async (_what, value, message) => {
    await expect(stored(value as AttributeValue)).rejects.toMatchObject({
      name: "ValidationException",
      message,
    });
  });

  test("may be 32 levels deep and not more", async () => {
    const nested = (levels: number): AttributeValue =>
      levels === 1 ? S("deep") : { L: [nested(levels - 1)] };

    expect(await stored(nested(32))).toEqual(nested(32));
    await expect(stored(nested(33))).rejects.toThrow(
      "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
    );
  });
});

describe("sort keys", () => {
  const bytes = (...values: number[]) => ({ B: Uint8Array.from(values) });

  async function sorted(
    TableName: string,
    keys: readonly AttributeValue[],
    more: Partial<QueryCommandInput> = {},
    condition = "",
  ) {
    for (const sort of keys) {
      await tables.client.send(new PutItemCommand({ TableName, Item: { id, sort } }));
    }
    const { Items = [] } = await tables.client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: `id = :id${condition}`,
        ...more,
        ExpressionAttributeValues: { ":id": id, ...more.ExpressionAttributeValues },
      }),
    );
    return Items.map(({ sort }) => sort);
  }

  test("that are strings are in the order of their UTF-8 bytes", async () => {
    const ordered = ["!", "A", "Z", "a", "aa", "ab", "b", "é", "\uffee", "📷"].map(S);

    expect(await sorted(strings, ordered.toReversed())).toEqual(ordered);
    expect(
      await sorted(
        strings,
        [],
        { ExpressionAttributeValues: { ":a": S("a") } },
        " AND begins_with(sort, :a)",
      ),
    ).toEqual(["a", "aa", "ab"].map(S));
  });

  test("that are numbers are in the order of their values", async () => {
    const ordered = [
      "-1000",
      "-12.5",
      "-12",
      "-0.001",
      "0",
      "0.00001",
      "0.5",
      "2",
      "10",
      "11.1",
      "12345678901234567890123456789012345678",
    ].map(N);

    expect(await sorted(numbers, ordered.toReversed())).toEqual(ordered);
    expect(
      await sorted(
        numbers,
        [],
        { ScanIndexForward: false, ExpressionAttributeValues: { ":a": N("-12"), ":b": N("2") } },
        " AND sort BETWEEN :a AND :b",
      ),
    ).toEqual(["2", "0.5", "0.00001", "0", "-0.001", "-12"].map(N));
  });

  test("that are binary are in the order of their bytes, unsigned", async () => {
    const ordered = [bytes(0), bytes(0, 0), bytes(1), bytes(127, 255), bytes(128), bytes(255)];

    expect(await sorted(binaries, ordered.toReversed())).toEqual(ordered);
    expect(
      await sorted(
        binaries,
        [],
        { ExpressionAttributeValues: { ":a": bytes(255) } },
        " AND begins_with(sort, :a)",
      ),
    ).toEqual([bytes(255)]);
  });
});

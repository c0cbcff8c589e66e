import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bounded } from "../testing/bounded.ts";
import { itemSize } from "./item-size.ts";
import { parseAttributes } from "./parse-attribute-value.ts";
import { canonical } from "./testing/canonical.ts";
import { type Answer, type Json, startTwin, type Twin } from "./testing/dynalite-twin.ts";
import {
  anyItem,
  condition,
  item,
  keyCondition,
  placeholders,
  projection,
  update,
} from "./testing/expression-arbitraries.ts";

/**
 * The same calls to this service and to dynalite 4.0.0, which was itself tested against DynamoDB. Where dynalite is
 * known to be wrong the arbitraries keep out of its way; `known faults of dynalite` below shows each of these places.
 */

let twin: Twin;

const Key = { id: { S: "1" } };

beforeAll(async () => {
  twin = await startTwin([
    ["items", ["id", "S"]],
    ["numbers", ["id", "S"], ["sort", "N"]],
    ["strings", ["id", "S"], ["sort", "S"]],
    ["binaries", ["id", "S"], ["sort", "B"]],
  ]);
});

afterAll(() => twin.close());

const both = (operation: string, input: Json): Promise<[Answer, Answer]> =>
  twin.both(operation, input);

async function putBoth(attributes: Json): Promise<void> {
  const answers = await both("PutItem", { TableName: "items", Item: { ...Key, ...attributes } });
  expect(answers).toEqual([{ output: {} }, { output: {} }]);
}

describe("the same as dynalite", () => {
  test("decides every condition", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(item, condition, async (attributes, expression) => {
        await putBoth(attributes);
        const [here, there] = await both("DeleteItem", {
          TableName: "items",
          Key,
          ConditionExpression: expression,
          ...placeholders(expression),
        });
        expect(here).toEqual(there);
      }),
      bounded(300),
    );
  });

  test("carries out every update", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(item, update, async (attributes, expression) => {
        await putBoth(attributes);
        const [here, there] = await both("UpdateItem", {
          TableName: "items",
          Key,
          UpdateExpression: expression,
          ReturnValues: "ALL_NEW",
          ...placeholders(expression),
        });
        if ("error" in here && "error" in there && isAboutItem(here.message)) {
          // Of several things that don't fit the item, either may be the one that is told.
          expect(isAboutItem(there.message)).toBe(true);
          return;
        }
        expect(canonical(here)).toEqual(canonical(there));
      }),
      bounded(300),
    );
  });

  test("cuts out every projection", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(item, projection, async (attributes, expression) => {
        await putBoth(attributes);
        const [here, there] = await both("GetItem", {
          TableName: "items",
          Key,
          ProjectionExpression: expression,
          ...placeholders(expression),
        });
        expect(canonical(here)).toEqual(canonical(there));
      }),
      bounded(100),
    );
  });

  test("filters every page", { timeout: 60_000 }, async () => {
    let partition = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { minLength: 1, maxLength: 5 }),
        condition,
        fc.integer({ min: 1, max: 6 }),
        async (items, expression, Limit) => {
          const id = { S: `filtered-${partition++}` };
          for (const [sort, attributes] of items.entries()) {
            await both("PutItem", {
              TableName: "numbers",
              Item: { id, sort: { N: String(sort) }, ...attributes },
            });
          }
          const { ExpressionAttributeValues = {}, ...names } = placeholders(expression);
          const [here, there] = await both("Query", {
            TableName: "numbers",
            KeyConditionExpression: "id = :id",
            FilterExpression: expression,
            ExpressionAttributeValues: { ":id": id, ...(ExpressionAttributeValues as Json) },
            Limit,
            ...names,
          });
          expect(canonical(here)).toEqual(canonical(there));
        },
      ),
      bounded(100),
    );
  });

  test("reads every condition on keys", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(keyCondition, async ([expression, values]) => {
        const [here, there] = await both("Query", {
          TableName: "numbers",
          KeyConditionExpression: expression,
          ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
        });
        expect(withoutKind(here)).toEqual(withoutKind(there));
      }),
      bounded(300),
    );
  });

  test("measures every item", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyItem, async (attributes) => {
        // Filled up to the last byte that one unit, and then two, pay for: a byte too many or too few shows.
        const bytes = itemSize(parseAttributes({ ...Key, ...attributes, pad: { S: "" } }));
        const units = Math.ceil(bytes / 1024);
        for (const [size, expected] of [
          [units * 1024, units],
          [units * 1024 + 1, units + 1],
        ] as const) {
          const input = { TableName: "items", Key };
          const pad = { S: "x".repeat(size - bytes) };
          await both("DeleteItem", input);
          const [here, there] = await both("PutItem", {
            TableName: "items",
            Item: { ...Key, ...attributes, pad },
            ReturnConsumedCapacity: "TOTAL",
          });
          expect(here).toEqual({
            output: { ConsumedCapacity: { TableName: "items", CapacityUnits: expected } },
          });
          expect(there).toEqual(here);
        }
      }),
      bounded(100),
    );
  });

  const sortKeys = {
    numbers: fc
      .tuple(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -8, max: 8 }))
      .map(([n, e]) => ({ N: `${n}e${e}` })),
    strings: fc
      .string({
        unit: fc.constantFrom("a", "b", "~", "é", "\uffee"),
        minLength: 1,
        maxLength: 4,
      })
      .map((S) => ({ S })),
    binaries: fc
      .uint8Array({ minLength: 1, maxLength: 3 })
      .map((array) => ({ B: Buffer.from(array).toString("base64") })),
  };

  test.each(["numbers", "strings", "binaries"] as const)(
    "finds and orders %s",
    { timeout: 60_000 },
    async (TableName) => {
      const sortKey: fc.Arbitrary<Json> = sortKeys[TableName];
      const sortCondition = fc.constantFrom(
        "sort = :a",
        "sort < :a",
        "sort <= :a",
        "sort > :a",
        ":a <= sort",
        "sort BETWEEN :a AND :b",
        ...(TableName === "numbers" ? [] : ["begins_with(sort, :a)"]),
      );
      let partition = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(sortKey, { minLength: 1, maxLength: 8 }),
          fc.tuple(sortKey, sortKey),
          sortCondition,
          fc.boolean(),
          async (stored, [first, second], expression, ScanIndexForward) => {
            const id = { S: String(partition++) };
            for (const sort of stored) await both("PutItem", { TableName, Item: { id, sort } });
            const [here, there] = await both("Query", {
              TableName,
              KeyConditionExpression: `id = :id AND ${expression}`,
              ScanIndexForward,
              ExpressionAttributeValues: {
                ":id": id,
                ":a": first,
                ...(expression.includes(":b") ? { ":b": second } : {}),
              },
            });
            if ("error" in here && "error" in there && expression.includes("BETWEEN")) {
              expect(here.error).toBe(there.error);
              return;
            }
            expect(here).toEqual(there);
          },
        ),
        bounded(40),
      );
    },
  );
});

/** DynamoDB has begun to put these words before more of its refusals since dynalite was written. */
const withoutKind = (answer: Answer): Answer =>
  "error" in answer
    ? { ...answer, message: answer.message.replace(/^Invalid KeyConditionExpression: /, "") }
    : answer;

const isAboutItem = (message: string): boolean =>
  /^(?:The document path provided|An operand in the update|The provided expression refers)/.test(
    message,
  );

describe("known faults of dynalite", () => {
  test.each<[why: string, item: Json, condition: string, values: Json, isTrue: boolean]>([
    ["two attributes that are missing are not equal", {}, "x = y", {}, false],
    [
      "lists are compared by their elements",
      { x: { L: [{ M: {} }] }, y: { L: [{ M: {} }] } },
      "x = y",
      {},
      true,
    ],
    [
      "maps are compared by their attributes",
      { x: { M: { a: { N: "1" } } } },
      "x = :v",
      { ":v": { M: { a: { N: "1" } } } },
      true,
    ],
    ["an empty string has a size", { x: { S: "" } }, "size(x) = :v", { ":v": { N: "0" } }, true],
    [
      "false is a value that a list can hold",
      { x: { BOOL: false } },
      "x IN (:v)",
      { ":v": { BOOL: false } },
      true,
    ],
    [
      "false has a type",
      { x: { BOOL: false } },
      "attribute_type(x, :v)",
      { ":v": { S: "BOOL" } },
      true,
    ],
    [
      "an element of a list may be of any type",
      { x: { L: [{ BOOL: true }] } },
      "contains(x, :v)",
      { ":v": { BOOL: true } },
      true,
    ],
    [
      "strings are ordered by UTF-8",
      { x: { S: "\u{1f4f7}" } },
      "x > :v",
      { ":v": { S: "\uffee" } },
      true,
    ],
  ])("%s", async (_why, attributes, expression, given, isTrue) => {
    await putBoth(attributes);
    const input = {
      TableName: "items",
      Key,
      ConditionExpression: expression,
      ...(Object.keys(given).length === 0 ? {} : { ExpressionAttributeValues: given }),
    };

    const [here, there] = await both("DeleteItem", input);

    expect("output" in here).toBe(isTrue);
    expect("output" in there).toBe(!isTrue);
  });

  test.each<[why: string, expression: string, values: Json, expected: Json | string]>([
    [
      "indexes mean the list before the update",
      "REMOVE l[0], l[1]",
      {},
      { l: { L: [{ N: "2" }] }, n: { N: "1" } },
    ],
    [
      "what SET copies is what was there before the update",
      "SET x = n ADD n :v",
      { ":v": { N: "1" } },
      { l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }] }, n: { N: "2" }, x: { N: "1" } },
    ],
    [
      "a sum of more than 38 digits is refused",
      "SET n = n + :v",
      { ":v": { N: "1e50" } },
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ],
    [
      "if_not_exists needs something else to fall back on",
      "SET n = if_not_exists(n, n)",
      {},
      "Invalid UpdateExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [n]",
    ],
    [
      "a function of conditions is known, but not allowed",
      "SET n = contains(l, n)",
      {},
      "Invalid UpdateExpression: The function is not allowed in an update expression; function: contains",
    ],
    [
      "the types that ADD takes are named",
      "ADD n :v",
      { ":v": { S: "x" } },
      "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    ],
  ])("%s", async (_why, expression, given, expected) => {
    await putBoth({ l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }] }, n: { N: "1" } });
    const [here, there] = await both("UpdateItem", {
      TableName: "items",
      Key,
      UpdateExpression: expression,
      ReturnValues: "ALL_NEW",
      ...(Object.keys(given).length === 0 ? {} : { ExpressionAttributeValues: given }),
    });

    expect(here).toMatchObject(
      typeof expected === "string"
        ? { message: expected }
        : { output: { Attributes: { ...Key, ...expected } } },
    );
    expect(canonical(there)).not.toEqual(canonical(here));
  });
});

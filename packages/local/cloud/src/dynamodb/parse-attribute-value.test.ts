import fc from "fast-check";
import { expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import { bounded } from "../testing/bounded.ts";
import { parseAttributes } from "./parse-attribute-value.ts";

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom("S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL", "X", "__proto__"),
      fc.oneof(
        tie("value"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
        fc.string({ unit: "binary" }),
        fc.constantFrom("1e9999999999999999999", "-", "1e", "AQ==", "A", true, false),
      ),
      { minKeys: 1, maxKeys: 2 },
    ),
  ),
}));

function outcome(raw: Record<string, unknown>): unknown {
  try {
    return parseAttributes(raw);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    expect(error.code).toMatch(/^(?:ValidationException|SerializationException)$/);
    return undefined;
  }
}

test("whatever JSON is given as an item is read or refused, and what was read is read again the same", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value, { maxKeys: 3 }), (raw) => {
      const item = outcome(raw);
      if (item !== undefined) expect(outcome(item as Record<string, unknown>)).toEqual(item);
    }),
    bounded(2_000),
  );
});

test.each([
  ["lists", '{"L":[', "]}"],
  ["maps", '{"M":{"a":', "}}"],
])("an attribute of 100,000 nested %s is refused", (_what, open, close) => {
  const raw = JSON.parse(`{"a":${open.repeat(100_000)}{"S":""}${close.repeat(100_000)}}`);

  expect(() => parseAttributes(raw)).toThrow(/^Nesting Levels have exceeded supported limits/);
});

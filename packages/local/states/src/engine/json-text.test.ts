import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../types.ts";
import { exceedsDataLimit, jsonBytes, jsonText } from "./json-text.ts";

const { FUZZ_SEED = "20260101" } = process.env;

describe("the text of data", () => {
  const large = fc
    .tuple(fc.jsonValue(), fc.string({ minLength: 2000, maxLength: 3000, unit: "grapheme" }))
    .map(([value, text]) => [text, value, text]);

  it("is that of JSON.stringify, however often and in whatever order it is asked for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue(), large, fc.string()), { minLength: 1 }),
        (all) => {
          for (const value of [...all, ...all.toReversed()] as Json[]) {
            expect(jsonText(value)).toBe(JSON.stringify(value));
            expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
          }
        },
      ),
      { numRuns: 100, seed: Number(FUZZ_SEED), interruptAfterTimeLimit: 10_000 },
    );
  });

  it.each<[string, number, boolean]>([
    ["x", 262_142, false],
    ["x", 262_143, true],
    // Two bytes and three bytes in UTF-8; a surrogate pair is four.
    ["é", 131_071, false],
    ["é", 131_072, true],
    ["€", 87_380, false],
    ["€", 87_381, true],
    ["😀", 65_535, false],
    ["😀", 65_536, true],
    // Two characters as JSON text.
    ["\n", 131_071, false],
    ["\n", 131_072, true],
  ])("of %j, %i times, in quotes: more than 256 KiB is %j", (character, times, expected) => {
    expect(exceedsDataLimit(character.repeat(times))).toBe(expected);
    // With the brackets of an array instead of two of the characters' bytes.
  });

  it("of an object is measured with its names and marks", () => {
    const object = (bytes: number) => ({ a: "x".repeat(bytes - '{"a":""}'.length) });
    expect(exceedsDataLimit(object(262_144))).toBe(false);
    expect(exceedsDataLimit(object(262_145))).toBe(true);
  });
});

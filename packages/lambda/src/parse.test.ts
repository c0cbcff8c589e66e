import { describe, expect, test } from "vitest";
import * as z from "zod";
import { InvalidInputError } from "./errors.ts";
import { parse, parseJson } from "./parse.ts";

const schema = z.strictObject({ photo: z.strictObject({ width: z.int().positive() }) });

describe("parse", () => {
  test("gives back what fits", () => {
    expect(parse(schema, { photo: { width: 3 } })).toEqual({ photo: { width: 3 } });
  });

  test("names the path and the value of what doesn't fit", () => {
    expect(() => parse(schema, { photo: { width: -3 } })).toThrow(InvalidInputError);
    expect(() => parse(schema, { photo: { width: -3 } })).toThrow(
      /^photo\.width: .*\(value: -3\)$/,
    );
  });

  test("says what is missing", () => {
    expect(() => parse(schema, undefined)).toThrow(/^input: .*\(value: undefined\)$/);
    expect(() => parse(schema, { photo: {} })).toThrow(/^photo\.width: /);
  });

  test("caps a long value", () => {
    expect(() => parse(schema, "x".repeat(10_000))).toThrow(/^.{0,250}$/);
  });
});

test("parseJson says of text that is no JSON that it is none", () => {
  expect(() => parseJson(schema, "{oops")).toThrow('input: not JSON (value: "{oops")');
});

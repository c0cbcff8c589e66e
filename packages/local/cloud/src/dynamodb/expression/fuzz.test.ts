import fc from "fast-check";
import { expect, test } from "vitest";
import { AwsError } from "../../aws-error.ts";
import { parseCondition } from "./parse-condition.ts";
import { parseProjection } from "./parse-projection.ts";
import { parseUpdate } from "./parse-update.ts";

const pieces = fc.array(
  fc.constantFrom(
    ...'a b.c #n :v [0] [ ] ( ) , = <> < <= + - . AND OR NOT IN BETWEEN SET REMOVE ADD DELETE size( contains( list_append( 99999999999 \u{1f4f7} \\ " \0'.split(
      " ",
    ),
  ),
  { maxLength: 60 },
);
const text = fc.oneof(
  pieces.map((list) => list.join(" ")),
  pieces.map((list) => list.join("")),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .tuple(fc.constantFrom("(", "NOT ", "size(", "a.", "a[0].", "a OR "), fc.nat(2_000))
    .map(([piece, count]) => piece.repeat(count)),
);

const parsers = {
  condition: (expression: string) => parseCondition("ConditionExpression", expression),
  update: parseUpdate,
  projection: parseProjection,
};

test.each(Object.entries(parsers))(
  "whatever text is given as a %s is parsed or refused as invalid",
  (_kind, parse) => {
    fc.assert(
      fc.property(text, (expression) => {
        try {
          parse(expression);
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
          expect(error).toMatchObject({ code: "ValidationException" });
        }
      }),
      { numRuns: 1_000 },
    );
  },
);

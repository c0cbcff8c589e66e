import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDefinitionError } from "../definition/invalid-definition-error.ts";
import { parseStateMachine } from "../definition/parse-state-machine.ts";

const { FUZZ_SEED = "20260101" } = process.env;

const word = fc.constantFrom(
  ..."$ $$ . .. [ ] ( ) * ? @ ! && || == =~ < , ' \" \\ / : - 0 1 -1 1e9 true null a b_c é \u0000".split(
    " ",
  ),
  "x",
  "$x.y",
  "$states",
  "States.Format(",
  "States.Array(",
  "States.MathRandom(",
  "States.StringToJson(",
  "'{}'",
  "[?(@.a",
  "[0:2]",
  "['a']",
  " ",
);
const soup = fc.oneof(
  fc.array(word, { maxLength: 20 }).map((words) => `$${words.join("")}`),
  fc.array(word, { maxLength: 20 }).map((words) => `States.${words.join("")}`),
  fc.string({ unit: "binary", maxLength: 60 }),
);

test("an expression of any text is taken, or refused with the definition", () => {
  fc.assert(
    fc.property(soup, fc.constantFrom("InputPath", "Parameters", "ResultPath"), (text, field) => {
      const value = field === "Parameters" ? { "x.$": text } : text;
      const definition = {
        StartAt: "A",
        States: { A: { Type: "Pass", End: true, [field]: value } },
      };
      try {
        parseStateMachine(JSON.stringify(definition));
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidDefinitionError);
      }
    }),
    { numRuns: 3000, seed: Number(FUZZ_SEED), interruptAfterTimeLimit: 10_000 },
  );
});

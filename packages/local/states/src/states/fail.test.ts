import { describe, expect, it } from "vitest";
import { runMachine } from "../testing/index.ts";
import type { Json } from "../types.ts";

const fail = (fields: object, input: Json = {}) =>
  runMachine({ definition: { StartAt: "F", States: { F: { Type: "Fail", ...fields } } }, input });

describe("a Fail", () => {
  it.each<[object, Json, object]>([
    [{ Error: "E", Cause: "c" }, {}, { error: "E", cause: "c" }],
    [
      { ErrorPath: "$.e", CausePath: "$.c" },
      { e: "E", c: "" },
      { error: "E", cause: "" },
    ],
    [
      { ErrorPath: "States.Format('{}Error', $.e)", CausePath: "$$.State.Name" },
      { e: "My" },
      { error: "MyError", cause: "F" },
    ],
  ])("with %j ends the execution by what it says", async (fields, input, end) => {
    expect(await fail(fields, input)).toMatchObject({ status: "FAILED", ...end });
  });

  it("needs neither a name nor a cause", async () => {
    const run = await fail({});
    expect(run.status).toBe("FAILED");
    expect(run).not.toHaveProperty("error");
    expect(run).not.toHaveProperty("cause");
    expect(run.events.at(-1)).toMatchObject({ executionFailedEventDetails: {} });
  });

  it.each<[object, string]>([
    [
      { ErrorPath: "$.x" },
      "The JSONPath '$.x' specified for the field 'ErrorPath' could not be found in the input '{\"n\":1}'",
    ],
    [{ CausePath: "$.n" }, "The CausePath field refers to value 1 which is not a string"],
  ])("reports States.Runtime for %j that finds no text", async (fields, cause) => {
    expect(await fail(fields, { n: 1 })).toMatchObject({
      error: "States.Runtime",
      cause: `An error occurred while executing the state 'F' (entered at the event id #2). ${cause}`,
    });
  });
});

import type { Json } from "@darkroom/states";
import { fakeClock } from "@darkroom/states/testing";
import { describe, expect, it } from "vitest";
import { functionStandIns } from "./function-stand-ins.ts";

const place = { accountId: "111111111111", region: "us-east-1" };
const arn = "arn:aws:lambda:us-east-1:111111111111:function:weigh";

function invoke(behaviour: string, note: string, input: Json = null, name = "weigh") {
  const functions = functionStandIns({ weigh: { arn, behaviour, note } }, place, fakeClock());
  return functions(name, JSON.stringify(input));
}

describe("a stand-in for a function", () => {
  it("gives its input back, in Python's JSON", async () => {
    const { payload } = await invoke("echo", "", { grams: [1, "é"] });
    expect(payload).toBe('{"grams": [1, "\\u00e9"]}');
  });

  it("is found by its ARN, and not by another name", async () => {
    expect((await invoke("echo", "", 1, arn)).payload).toBe("1");
    await expect(invoke("echo", "", 1, "measure")).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:us-east-1:111111111111:function:measure",
    });
  });

  it("fails as Lambda's Python runtime tells it", async () => {
    const { payload, functionError } = await invoke("raises Heavy", 'raises Heavy("too much")');
    expect(functionError).toBe("Unhandled");
    expect(JSON.parse(payload)).toMatchObject({ errorMessage: "too much", errorType: "Heavy" });
    expect(Object.keys(JSON.parse(payload) as object)).toEqual([
      "errorMessage",
      "errorType",
      "requestId",
      "stackTrace",
    ]);
  });

  it("passes bytes on as they are", async () => {
    const { payload } = await invoke("returns bytes", `returns the python bytes b'"12 g"'`);
    expect(payload).toBe('"12 g"');
  });

  it("writes a value as Python's str does", async () => {
    const { payload } = await invoke("decorate", "", { a: [true, null, "it's"], b: 1.5 });
    expect(JSON.parse(payload)).toBe(`input-event-{'a': [True, None, "it's"], 'b': 1.5}`);
  });

  it("takes its time on the clock that it is given", async () => {
    const clock = fakeClock(0);
    const lambdas = { weigh: { arn, behaviour: "sleep 60 then echo", note: "" } };
    const answer = functionStandIns(lambdas, place, clock)("weigh", '"slow"');
    expect(await clock.advanceToNext()).toBe(true);
    expect((await answer).payload).toBe('"slow"');
    expect(clock.now()).toBe(60_000);
  });

  it("is refused for a behaviour that is not known", () => {
    expect(() =>
      functionStandIns({ weigh: { arn, behaviour: "dances", note: "" } }, place, fakeClock()),
    ).toThrow("dances");
  });
});

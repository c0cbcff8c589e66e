import { describe, expect, it } from "vitest";
import { fakeClock, runMachine } from "../testing/index.ts";
import type { Json } from "../types.ts";

const start = Date.UTC(2030, 0, 1);

async function wait(fields: object, input: Json = {}) {
  const clock = fakeClock(start);
  const definition = { StartAt: "W", States: { W: { Type: "Wait", End: true, ...fields } } };
  const run = await runMachine({ definition, input, clock });
  return { run, waited: clock.now() - start };
}

describe("a Wait", () => {
  it.each<[object, Json, number]>([
    [{ Seconds: 90 }, {}, 90_000],
    [{ Seconds: 0 }, {}, 0],
    [{ SecondsPath: "$.s" }, { s: 3600 }, 3_600_000],
    [{ SecondsPath: "$.s" }, { s: 0 }, 0],
    [{ Timestamp: "2030-01-01T00:01:00Z" }, {}, 60_000],
    [{ Timestamp: "2029-01-01T00:00:00Z" }, {}, 0],
    [{ TimestampPath: "$.t" }, { t: "2030-01-01T02:00:30+02:00" }, 30_000],
  ])("with %j waits as long as %j says", async (fields, input, ms) => {
    const { run, waited } = await wait(fields, input);
    expect(run.status).toBe("SUCCEEDED");
    expect(waited).toBe(ms);
  });

  it("gives on what InputPath and OutputPath choose", async () => {
    const { run } = await wait(
      { InputPath: "$.a", SecondsPath: "$.s", OutputPath: "$.o" },
      { a: { s: 1, o: 0 } },
    );
    expect(run.output).toBe(0);
  });

  it.each<[object, Json, string]>([
    [
      { SecondsPath: "$.a.s" },
      {},
      "The SecondsPath parameter does not reference an input value: $.a.s",
    ],
    [
      { SecondsPath: "$.s" },
      { s: "1" },
      "The SecondsPath parameter cannot be parsed as a long value: $.s == 1",
    ],
    [
      { SecondsPath: "$.s" },
      { s: 0.5 },
      "The SecondsPath parameter cannot be parsed as a long value: $.s == 0.5",
    ],
    [
      { SecondsPath: "$.s" },
      { s: -1 },
      "The SecondsPath parameter references a negative value: $.s == -1",
    ],
    [{ SecondsPath: "$.s" }, { s: 2 ** 31 }, "Wait state delay is too long."],
    [
      { TimestampPath: "$.t" },
      {},
      "The TimestampPath parameter does not reference an input value: $.t",
    ],
    [
      { TimestampPath: "$.t" },
      { t: "soon" },
      "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == soon",
    ],
    [{ TimestampPath: "$.t" }, { t: "2099-01-01T00:00:00Z" }, "Wait state delay is too long."],
  ])("fails when %j finds no time in %j", async (fields, input, cause) => {
    const { run } = await wait(fields, input);
    expect(run).toMatchObject({
      error: "States.Runtime",
      cause: `An error occurred while executing the state 'W' (entered at the event id #2). ${cause}`,
    });
  });
});

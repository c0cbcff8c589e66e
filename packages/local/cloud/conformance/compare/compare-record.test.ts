import type { Json } from "@darkroom/states";
import { describe, expect, it } from "vitest";
import { compareRecord } from "./compare-record.ts";
import type { JsonObject } from "./expand-json.ts";
import type { Normalisation } from "./normalise.ts";

const nothing: Normalisation = { regex: [], jsonpath: [] };

/** An event as a recording has it. */
const event = (
  id: number,
  previousEventId: number,
  type: string,
  details: JsonObject = {},
): JsonObject => ({
  id,
  previousEventId,
  timestamp: "timestamp",
  type,
  ...details,
});

const passed = (output: Json): JsonObject => ({
  stateExitedEventDetails: { name: "Weigh", output },
});
const ended = (output: Json): JsonObject => ({ executionSucceededEventDetails: { output } });

const recorded = {
  status: "SUCCEEDED",
  output: { grams: 12 },
  events: [
    event(1, 0, "ExecutionStarted", {
      executionStartedEventDetails: { input: {}, roleArn: "snf_role_arn" },
    }),
    event(2, 0, "PassStateEntered", { stateEnteredEventDetails: { name: "Weigh", input: {} } }),
    event(3, 2, "PassStateExited", passed({ grams: 12 })),
    event(4, 3, "ExecutionSucceeded", ended({ grams: 12 })),
  ],
};

/** The same as the API gives it. */
const happened = {
  status: "SUCCEEDED",
  output: '{"grams":12}',
  events: [
    event(1, 0, "ExecutionStarted", {
      executionStartedEventDetails: { input: "{}", roleArn: "arn:aws:iam::111111111111:role/r" },
    }),
    event(2, 0, "PassStateEntered", { stateEnteredEventDetails: { name: "Weigh", input: "{}" } }),
    event(3, 2, "PassStateExited", passed('{"grams":12}')),
    event(4, 3, "ExecutionSucceeded", ended('{"grams":12}')),
  ].map((one) => ({ ...one, timestamp: 1_767_225_600.5 })),
};

const difference = (expected: JsonObject, actual: JsonObject, normalisation = nothing) =>
  compareRecord(expected, actual, normalisation, []).difference;

/** `happened` with one event changed. */
const changed = (at: number, change: JsonObject): JsonObject => ({
  ...happened,
  events: happened.events.map((one, index) => (index === at ? { ...one, ...change } : one)),
});

describe("a comparison of records", () => {
  it("finds no difference between a record and its own recording", () => {
    expect(difference(recorded, happened)).toBeUndefined();
  });

  it.each<[string, JsonObject, string]>([
    ["another status", { ...happened, status: "FAILED" }, "status"],
    ["another number of an event", changed(3, { id: 5 }), "events[3]"],
    ["another event that it follows", changed(3, { previousEventId: 2 }), "events[3]"],
    ["another type", changed(2, { type: "TaskStateExited" }), "events[2]"],
    ["another output of a state", changed(2, passed('{"grams":13}')), "output.grams"],
    ["a text for a number", changed(2, passed('{"grams":"12"}')), "output.grams"],
    ["a member too many", changed(2, passed('{"grams":12,"unit":"g"}')), "output.unit"],
    ["a member missing", changed(2, passed("{}")), "output.grams"],
    ["a detail too many", changed(1, { replay: {} }), "replay"],
    [
      "an event too many",
      { ...happened, events: [...happened.events, event(5, 4, "X")] },
      "events",
    ],
    ["an event missing", { ...happened, events: happened.events.slice(0, 3) }, "events[3]"],
    ["an output that its last event does not have", { ...happened, output: "{}" }, "last event"],
    ["an error that was not recorded", { ...happened, error: "Oops" }, "last event"],
  ])("finds %s", (_, actual, path) => {
    expect(difference(recorded, actual)?.path).toContain(path);
  });

  it("takes the text that a state makes of an object for another thing than the object", () => {
    const text = { status: "SUCCEEDED", output: { made: '{"a":1}' } };
    expect(
      difference(text, { status: "SUCCEEDED", output: '{"made":"{\\"a\\":1}"}' }),
    ).toBeUndefined();
    expect(difference(text, { status: "SUCCEEDED", output: '{"made":{"a":1}}' })?.path).toBe(
      "output.made",
    );
  });

  it("parses lists that stay text on both sides, and finds what differs in them", () => {
    const list = { status: "SUCCEEDED", output: '[1, {"a": 2}]' };
    expect(difference(list, { status: "SUCCEEDED", output: '[1,{"a":2}]' })).toBeUndefined();
    expect(difference(list, { status: "SUCCEEDED", output: '[1,{"a":3}]' })?.path).toBe(
      "output[1].a",
    );
    expect(difference(list, { status: "SUCCEEDED", output: "[1]" })?.path).toBe("output");
  });

  it("finds another cause, and lets stack traces and request ids in a cause pass", () => {
    const cause = { errorMessage: "no scales", requestId: "<uuid:1>", stackTrace: ["line 1"] };
    const failed = { status: "FAILED", error: "Broken", cause };
    const answer = (message: string): JsonObject => ({
      status: "FAILED",
      error: "Broken",
      cause: JSON.stringify({ errorMessage: message, requestId: "7", stackTrace: [] }),
    });
    expect(difference(failed, answer("no scales"))).toBeUndefined();
    expect(difference(failed, answer("no weights"))?.path).toBe("cause.errorMessage");
    expect(difference(failed, { ...answer("no scales"), error: "Bent" })?.path).toBe("error");
    expect(difference({ status: "FAILED", error: "Broken" }, answer("no scales"))?.path).toBe(
      "cause",
    );
  });

  it("makes the replacements of paths, then of patterns, then of region and partition", () => {
    const normalisation: Normalisation = {
      regex: [["scales-u1", "<scales>"]],
      jsonpath: [["$..output.taken", "date"]],
    };
    const one = {
      status: "SUCCEEDED",
      output: { by: "arn:<partition>:x:<region>:<scales>", taken: "date" },
    };
    const other = (name: string): JsonObject => ({
      status: "SUCCEEDED",
      output: `{"by":"arn:aws:x:us-east-1:${name}","taken":17}`,
    });
    expect(difference(one, other("scales-u1"), normalisation)).toBeUndefined();
    expect(difference(one, other("scales-u2"), normalisation)?.path).toBe("output.by");
  });

  it("takes words in angle brackets that the case itself has for data", () => {
    const mark = { status: "SUCCEEDED", output: { html: "<b>" } };
    const record = { status: "SUCCEEDED", output: '{"html":"<i>"}' };
    expect(compareRecord(mark, record, nothing, [], "<b>").difference?.path).toBe("output.html");
  });

  it("ignores the length of a body only where a name in it is hidden", () => {
    const answer = (length: string, name: string): JsonObject => ({
      name,
      SdkHttpMetadata: { HttpHeaders: { "Content-Length": length, "x-amzn-RequestId": name } },
    });
    const records = (length: string, name: string) => ({
      status: "SUCCEEDED",
      output: JSON.stringify(answer(length, name)),
    });
    const fixed = { status: "SUCCEEDED", output: answer("5", "cat") };
    expect(difference(fixed, records("5", "cat"))).toBeUndefined();
    expect(difference(fixed, records("6", "cat"))?.path).toContain("Content-Length");
    const hidden = { status: "SUCCEEDED", output: answer("5", "<resource:1>") };
    expect(difference(hidden, records("6", "cat"))).toBeUndefined();
  });
});

import { expect, test } from "vitest";
import { begin, eventful, history } from "./testing/history.ts";
import { type Branch, traceHistory } from "./trace.ts";

/** Names only, branches in brackets. */
function names({ visits }: Branch): unknown[] {
  return visits.map(({ name, branches }) =>
    branches.length === 0 ? name : [name, ...branches.map(names)],
  );
}

test("states come in order, those of branches inside their Parallel", () => {
  expect(names(traceHistory(eventful))).toEqual([
    "Extract",
    ["Both", ["Labels"], ["Thumbnails", "ThumbnailsFailed"]],
    "NotSupported",
  ]);
});

test("a retried task has each try with its times and its error", () => {
  const [extract] = traceHistory(eventful).visits;

  expect(extract).toMatchObject({
    type: "Task",
    begin: begin + 10,
    end: begin + 1625,
    input: '{"a":1}',
    output: '{"b":2}',
    attempts: [
      {
        begin: begin + 12,
        end: begin + 320,
        failure: { error: "Lambda.Unknown", cause: '{"errorMessage":"out of luck"}' },
      },
      { begin: begin + 1520, end: begin + 1620 },
    ],
  });
});

test("what another branch's failure cut off has no end", () => {
  const [, both] = traceHistory(eventful).visits;
  const [labels] = both?.branches[0]?.visits ?? [];

  expect(labels).toMatchObject({ name: "Labels", attempts: [{ begin: begin + 1650 }] });
  expect(labels?.end).toBeUndefined();
});

test("a task that couldn't even be scheduled has one try that failed", () => {
  const events = history(
    [0, 0, "ExecutionStarted"],
    [1, 0, "TaskStateEntered", { name: "A", input: "{}" }],
    [2, 2, "LambdaFunctionScheduleFailed", { error: "States.Runtime", cause: "no such path" }],
  );

  expect(traceHistory(events).visits[0]?.attempts).toEqual([
    {
      begin: begin + 1,
      end: begin + 2,
      failure: { error: "States.Runtime", cause: "no such path" },
    },
  ]);
});

test("iterations of a Map are branches with their index, and the next state follows outside", () => {
  const events = history(
    [0, 0, "ExecutionStarted"],
    [1, 0, "MapStateEntered", { name: "Each", input: "[1,2]" }],
    [2, 2, "MapStateStarted", { length: 2 }],
    [3, 3, "MapIterationStarted", { name: "Each", index: 0 }],
    [4, 4, "PassStateEntered", { name: "P", input: "1" }],
    [5, 5, "PassStateExited", { name: "P", output: "1" }],
    [6, 6, "MapIterationSucceeded", { name: "Each", index: 0 }],
    [3, 3, "MapIterationStarted", { name: "Each", index: 1 }],
    [4, 8, "PassStateEntered", { name: "P", input: "2" }],
    [5, 9, "PassStateExited", { name: "P", output: "2" }],
    [6, 10, "MapIterationSucceeded", { name: "Each", index: 1 }],
    [7, 11, "MapStateSucceeded"],
    [8, 12, "MapStateExited", { name: "Each", output: "[1,2]" }],
    [9, 13, "SucceedStateEntered", { name: "Done", input: "{}" }],
  );
  const trace = traceHistory(events);

  expect(names(trace)).toEqual([["Each", ["P"], ["P"]], "Done"]);
  expect(trace.visits[0]?.branches.map(({ index }) => index)).toEqual([0, 1]);
});

test("a Parallel in a branch of a Parallel is left to where it stands", () => {
  const events = history(
    [0, 0, "ExecutionStarted"],
    [1, 0, "ParallelStateEntered", { name: "Outer", input: "{}" }],
    [2, 2, "ParallelStateStarted"],
    [3, 3, "ParallelStateEntered", { name: "Inner", input: "{}" }],
    [4, 4, "ParallelStateStarted"],
    [5, 5, "PassStateEntered", { name: "Deep", input: "{}" }],
    [6, 6, "PassStateExited", { name: "Deep", output: "{}" }],
    [7, 7, "ParallelStateSucceeded"],
    [8, 8, "ParallelStateExited", { name: "Inner", output: "[]" }],
    [9, 9, "PassStateEntered", { name: "AfterInner", input: "{}" }],
    [10, 10, "PassStateExited", { name: "AfterInner", output: "{}" }],
    [11, 11, "ParallelStateSucceeded"],
    [12, 12, "ParallelStateExited", { name: "Outer", output: "[]" }],
    [13, 13, "PassStateEntered", { name: "After", input: "{}" }],
  );

  expect(names(traceHistory(events))).toEqual([
    ["Outer", [["Inner", ["Deep"]], "AfterInner"]],
    "After",
  ]);
});

test("no history is no state", () => {
  expect(traceHistory([])).toEqual({ visits: [] });
});

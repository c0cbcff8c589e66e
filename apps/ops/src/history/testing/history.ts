import type { HistoryEvent } from "@aws-sdk/client-sfn";

/** When the histories of the tests begin. */
export const begin = Date.UTC(2026, 0, 1, 10);

/**
 * A history as GetExecutionHistory gives it, from short lines: milliseconds since the start, the id of
 * the event before, type, and details under whatever name the API has for them.
 */
export function history(
  ...lines: readonly [atMs: number, previous: number, type: string, details?: object][]
): HistoryEvent[] {
  return lines.map(([atMs, previousEventId, type, details], index) => ({
    id: index + 1,
    previousEventId,
    timestamp: new Date(begin + atMs),
    type: type as NonNullable<HistoryEvent["type"]>,
    ...(details === undefined ? {} : { [detailsName(type)]: details }),
  }));
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html */
function detailsName(type: string): string {
  if (type.endsWith("StateEntered")) return "stateEnteredEventDetails";
  if (type.endsWith("StateExited")) return "stateExitedEventDetails";
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

/** A task that is retried once, two branches of which the second fails and is caught, and a Fail state. */
export const eventful = history(
  [0, 0, "ExecutionStarted", { input: "{}" }],
  [10, 0, "TaskStateEntered", { name: "Extract", input: '{"a":1}' }],
  [12, 2, "LambdaFunctionScheduled", {}],
  [20, 3, "LambdaFunctionStarted"],
  [
    320,
    4,
    "LambdaFunctionFailed",
    { error: "Lambda.Unknown", cause: '{"errorMessage":"out of luck"}' },
  ],
  [1520, 5, "LambdaFunctionScheduled", {}],
  [1530, 6, "LambdaFunctionStarted"],
  [1620, 7, "LambdaFunctionSucceeded", { output: "{}" }],
  [1625, 8, "TaskStateExited", { name: "Extract", output: '{"b":2}' }],
  [1630, 9, "ParallelStateEntered", { name: "Both", input: "{}" }],
  [1631, 10, "ParallelStateStarted"],
  [1640, 11, "TaskStateEntered", { name: "Labels", input: "{}" }],
  [1640, 11, "TaskStateEntered", { name: "Thumbnails", input: "{}" }],
  [1650, 12, "LambdaFunctionScheduled", {}],
  [1651, 13, "LambdaFunctionScheduled", {}],
  [1700, 14, "LambdaFunctionStarted"],
  [1701, 15, "LambdaFunctionStarted"],
  [1900, 17, "LambdaFunctionFailed", { error: "ImageIdentifyError", cause: "it is cut off" }],
  [1905, 18, "TaskStateExited", { name: "Thumbnails", output: "{}" }],
  [1906, 19, "FailStateEntered", { name: "ThumbnailsFailed", input: "{}" }],
  [1908, 20, "TaskStateAborted"],
  [1910, 20, "ParallelStateFailed"],
  [1912, 22, "ParallelStateExited", { name: "Both", output: "{}" }],
  [1915, 23, "FailStateEntered", { name: "NotSupported", input: "{}" }],
  [1920, 24, "ExecutionFailed", { error: "FileNotSupported", cause: "it is cut off" }],
);

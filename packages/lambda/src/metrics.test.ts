import { expect, test } from "vitest";
import { countMetric } from "./metrics.ts";

test("a count is one line of embedded metric format in the namespace Darkroom, by function", () => {
  const lines: string[] = [];

  countMetric(
    "StartExecutionFailed",
    { imageID: "abc" },
    {
      write: (line) => void lines.push(line),
      now: () => 1000,
      functionName: "darkroom-dev-StartExecution",
    },
  );

  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    _aws: {
      Timestamp: 1000,
      CloudWatchMetrics: [
        {
          Namespace: "Darkroom",
          Dimensions: [["FunctionName"]],
          Metrics: [{ Name: "StartExecutionFailed", Unit: "Count" }],
        },
      ],
    },
    imageID: "abc",
    FunctionName: "darkroom-dev-StartExecution",
    StartExecutionFailed: 1,
  });
});

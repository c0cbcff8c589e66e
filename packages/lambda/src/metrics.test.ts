import { expect, test } from "vitest";
import { countMetric } from "./metrics.ts";

test("a count is one line of embedded metric format in the namespace Darkroom", () => {
  const lines: string[] = [];

  countMetric(
    "StartExecutionFailed",
    { imageID: "abc" },
    (line) => lines.push(line),
    () => 1000,
  );

  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    _aws: {
      Timestamp: 1000,
      CloudWatchMetrics: [
        {
          Namespace: "Darkroom",
          Dimensions: [[]],
          Metrics: [{ Name: "StartExecutionFailed", Unit: "Count" }],
        },
      ],
    },
    imageID: "abc",
    StartExecutionFailed: 1,
  });
});

import { expect, test } from "vitest";
import { countMetric, putMetrics } from "./metrics.ts";

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

test("several counts go in one line, zeros too", () => {
  const lines: string[] = [];
  putMetrics({ PhotosMissing: 0, PhotosStuck: 2 }, {}, { write: (line) => void lines.push(line) });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      _aws: {
        CloudWatchMetrics: [
          {
            Metrics: [
              { Name: "PhotosMissing", Unit: "Count" },
              { Name: "PhotosStuck", Unit: "Count" },
            ],
          },
        ],
      },
      PhotosMissing: 0,
      PhotosStuck: 2,
    },
  ]);
});

import type { DescribeExecutionOutput } from "@aws-sdk/client-sfn";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { renderExecution } from "./render-execution.ts";
import { begin, eventful } from "./testing/history.ts";
import { traceHistory } from "./trace.ts";

const plain = (width: number) => ({ width, style: (_: string, text: string) => text });

const failed: DescribeExecutionOutput = {
  executionArn: "arn:aws:states:us-east-1:000000000000:execution:image-processing:abc-r1",
  stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:image-processing",
  status: "FAILED",
  startDate: new Date(begin),
  stopDate: new Date(begin + 1920),
  input: '{"photo":{"s3key":"Incoming/ann/summer/a-name-that-is-long.jpg","more":"and more"}}',
  error: "FileNotSupported",
  cause: "it is cut off",
};

test("a failed execution shows its way: tries, branches, what was caught and what cut off", () => {
  expect(renderExecution(failed, traceHistory(eventful), plain(80), begin + 9999)).toEqual([
    "image-processing  FAILED after 1.92 s",
    "execution  arn:aws:states:us-east-1:000000000000:execution:image-processing:abc-r1",
    "started    2026-01-01T10:00:00.000Z",
    "error      FileNotSupported",
    "cause      it is cut off",
    'input      {"photo":{"s3key":"Incoming/ann/summer/a-name-that-is-long.jpg","mor…',
    "",
    "AT          TOOK        STATE",
    "0.01 s      1.61 s      ✔ Extract  2 tries",
    "                          try 1 failed after 0.31 s: Lambda.Unknown: out of luck",
    "                          try 2, 1.20 s later: passed after 0.10 s",
    "1.63 s      0.28 s      ↷ Both  caught",
    "1.64 s      0.27 s      ├ ⊘ Labels  cut off",
    "1.64 s      0.27 s      └ ↷ Thumbnails  caught",
    "                            try 1 failed after 0.25 s: ImageIdentifyError: it is",
    "                            cut off",
    "1.91 s      0.01 s        ✘ ThumbnailsFailed",
    "1.92 s      0.01 s      ✘ NotSupported",
  ]);
});

test("one that runs says for how long, and which state it is in", () => {
  const {
    stopDate: _,
    error: __,
    cause: ___,
    ...running
  } = { ...failed, status: "RUNNING" as const };
  const lines = renderExecution(
    running,
    traceHistory(eventful.slice(0, 4)),
    plain(80),
    begin + 500,
  );

  expect(lines[0]).toBe("image-processing  RUNNING for 0.50 s");
  expect(lines.at(-1)).toBe("0.01 s      0.49 s      … Extract  running");
});

test("an execution about a photo says where that is", () => {
  const photo = {
    imageID: "0",
    albumID: "ann/summer",
    userID: "ann",
    s3bucket: "landing",
    s3key: "Incoming/ann/summer/sea.jpg",
    versionId: "v1",
    sequencer: "00",
  };
  const about = { ...failed, input: JSON.stringify({ photo }) };

  expect(renderExecution(about, traceHistory([]), plain(80), begin)).toContain(
    "photo      s3://landing/Incoming/ann/summer/sea.jpg",
  );
});

test.each([60, 80, 120])("no line but that of the ARN is wider than %i columns", (width) => {
  const short = { ...failed, executionArn: "arn" };

  for (const line of renderExecution(short, traceHistory(eventful), plain(width), begin)) {
    expect(stringWidth(line)).toBeLessThanOrEqual(width);
  }
});

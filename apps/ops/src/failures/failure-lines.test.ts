import type { ImageItem } from "@darkroom/workflow";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { failureJson, failureLines } from "./failure-lines.ts";

const row: ImageItem = {
  imageID: "0123456789abcdef0123456789abcdef",
  albumID: "ann/summer",
  userID: "ann",
  uploadTime: "2026-05-01T10:00:00.000Z",
  updatedTime: "2026-05-01T10:00:05.123Z",
  s3bucket: "landing",
  s3key: "Incoming/ann/summer/beach.jpg",
  executionArn: "arn:aws:states:eu-west-1:123456789012:execution:images:0a1b-r2",
  status: "FAILED",
  errReason: "DetectLabels: SlowDown: too\nfast",
};
const style = (_: string, text: string) => text;

test("into a file goes one line with the photo, one with the reason, one with the execution", () => {
  expect(failureLines(row, { style, width: Number.POSITIVE_INFINITY })).toEqual([
    "0123456789abcdef0123456789abcdef  FAILED       2026-05-01 10:00:05Z  Incoming/ann/summer/beach.jpg",
    "  DetectLabels: SlowDown: too fast",
    "  execution 0a1b-r2",
  ]);
});

test("no line is wider than the terminal, and nothing is lost", () => {
  const long = { ...row, errReason: "as long as it gets ".repeat(20).trim() };
  const lines = failureLines(long, { style, width: 70 });
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(70);
  const text = lines.map((line) => line.trim()).join(" ");
  for (const part of [long.imageID, long.s3key, long.errReason, "0a1b-r2"]) {
    expect(text).toContain(part);
  }
});

test("what a key may hold can't rewrite the screen", () => {
  const lines = failureLines(
    { ...row, s3key: "Incoming/a/b/\u001b[2J.jpg" },
    { style, width: 200 },
  );
  expect(lines.join("")).not.toContain("\u001b");
});

test("as JSON, what isn't known is null", () => {
  const { errReason: _, updatedTime: __, ...bare } = row;
  expect(failureJson({ ...bare, executionArn: "ERR" })).toEqual({
    file: row.s3key,
    imageID: row.imageID,
    status: "FAILED",
    errReason: null,
    updatedTime: null,
    executionArn: "ERR",
  });
});

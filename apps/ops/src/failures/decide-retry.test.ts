import type { ImageItem } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { decideRetry, type ExecutionFacts } from "./decide-retry.ts";

const row: ImageItem = {
  imageID: "0123456789abcdef0123456789abcdef",
  albumID: "ann/summer",
  userID: "ann",
  uploadTime: "2026-05-01T10:00:00.000Z",
  updatedTime: "2026-05-01T10:00:05.000Z",
  s3bucket: "landing",
  s3key: "Incoming/ann/summer/beach.jpg",
  versionId: "v1",
  sequencer: "0065F0000000000001".padEnd(32, "0"),
  executionArn: "arn:aws:states:eu-west-1:123456789012:execution:images:hash-r1",
  status: "FAILED",
};

type Ended = Pick<ExecutionFacts, "status"> & Partial<ExecutionFacts>;
const execution = (facts: Ended): ExecutionFacts => ({
  redrivable: true,
  redriveCount: 0,
  caught: false,
  ...facts,
});

test.each<[string, Partial<ImageItem>, Ended | "none", string]>([
  ["aborted", {}, { status: "ABORTED" }, "redrive"],
  ["timed out", {}, { status: "TIMED_OUT" }, "redrive"],
  ["failed by what no Catch saw", {}, { status: "FAILED" }, "redrive"],
  ["redriven before, and aborted", {}, { status: "ABORTED", redriveCount: 3 }, "redrive"],
  ["failed, and was caught", {}, { status: "FAILED", caught: true }, "fresh"],
  ["aborted while its failure was recorded", {}, { status: "ABORTED", caught: true }, "fresh"],
  ["aborted 15 days ago", {}, { status: "ABORTED", redrivable: false }, "fresh"],
  ["never started", { executionArn: "ERR" }, "none", "fresh"],
  ["forgotten after 90 days", {}, "none", "fresh"],
  ["succeeded, whatever its row says", {}, { status: "SUCCEEDED", redrivable: false }, "fresh"],
  ["under way", { status: "PROCESSING" }, { status: "RUNNING", redrivable: false }, "wait"],
  ["redriven by hand", {}, { status: "RUNNING", redrivable: false }, "wait"],
  ["to be redriven by its Map Run", {}, { status: "PENDING_REDRIVE" }, "wait"],
  ["not there: its start was cut off", { status: "PROCESSING" }, "none", "start"],
  ["ended: its redrive was cut off", { status: "PROCESSING" }, { status: "ABORTED" }, "redrive"],
  ["timed out while it waited", { status: "EXPIRED" }, { status: "TIMED_OUT" }, "redrive"],
  [
    "ended while its row waits for a person",
    { status: "PENDING_REVIEW" },
    { status: "TIMED_OUT" },
    "redrive",
  ],
  [
    "of a file that was not supported",
    { status: "UNSUPPORTED" },
    { status: "FAILED", caught: true },
    "fresh",
  ],
  ["that made it READY", { status: "READY" }, { status: "SUCCEEDED" }, "wait"],
])("an execution that is %s", (_, changes, facts, way) => {
  const known = facts === "none" ? undefined : execution(facts);
  expect(decideRetry({ ...row, ...changes }, known)).toEqual({ way });
});

test("a photo that waits for a person is left to that person", () => {
  const running = execution({ status: "RUNNING", redrivable: false });
  expect(decideRetry({ ...row, status: "PENDING_REVIEW" }, running)).toEqual({
    refused: "a person has to decide about it",
  });
});

describe("not retried is a photo", () => {
  const { versionId: _, ...unversioned } = row;
  test.each<[string, ImageItem, string]>([
    ["that was rejected", { ...row, status: "REJECTED" }, "it was rejected"],
    ["whose row names no version", unversioned, "which version of the object"],
    ["whose key names no album", { ...row, s3key: "Incoming/lonely.jpg" }, "no user and album"],
  ])("%s", (_, changed, refused) => {
    expect(decideRetry(changed, execution({ status: "ABORTED" }))).toEqual({
      refused: expect.stringContaining(refused),
    });
  });
});

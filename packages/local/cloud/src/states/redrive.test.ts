import { expect, test } from "vitest";
import { type RedriveFacts, redriveObstacle, redriveStatus } from "./redrive.ts";

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 0, 1);
const failed: RedriveFacts = {
  status: "FAILED",
  startDate: start,
  stopDate: start + 1000,
  redriveCount: 0,
  machineStatus: "ACTIVE",
  isChild: false,
  eventCount: () => 10,
};

test.each(["FAILED", "ABORTED", "TIMED_OUT"])(
  "an execution that is %s can be redriven",
  (status) => {
    expect(redriveStatus({ ...failed, status }, start + 14 * day)).toEqual({
      redriveStatus: "REDRIVABLE",
    });
  },
);

test("a child of a Map Run is redriven with its run", () => {
  const status = redriveStatus({ ...failed, isChild: true }, start + 1000);
  expect(status).toEqual({ redriveStatus: "REDRIVABLE_BY_MAP_RUN" });
  expect(redriveObstacle(status)).toContain("child of a Map Run");
  expect(redriveStatus({ ...failed, isChild: true, status: "SUCCEEDED" }, start)).toMatchObject({
    redriveStatus: "NOT_REDRIVABLE",
  });
});

test.each<[string, Partial<RedriveFacts>, number]>([
  ["Execution is RUNNING and cannot be redriven", { status: "RUNNING" }, 1],
  ["Execution is SUCCEEDED and cannot be redriven", { status: "SUCCEEDED" }, 1],
  ["State machine is in DELETING status", { machineStatus: "DELETING" }, 1],
  ["State machine does not exist", { machineStatus: undefined }, 1],
  ["Execution redrivable period exceeded", {}, 15],
  ["Execution has exceeded the max execution time", { stopDate: start + 364 * day }, 365],
  ["Execution history event limit exceeded", { eventCount: () => 24_999 }, 1],
  ["Execution has been redriven 1000 times", { redriveCount: 1000 }, 1],
])("says why one can't be: %s", (redriveStatusReason, facts, days) => {
  expect(redriveStatus({ ...failed, ...facts }, start + days * day)).toEqual({
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason,
  });
});

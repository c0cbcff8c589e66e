import { executionName, type ImageItem, imageIdOf, type Moderation } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import type { ExecutionFacts } from "./decide-retry.ts";
import { type PhotoRows, withState } from "./photo-rows.ts";
import { retryPhoto } from "./retry-photo.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:123456789012:stateMachine:images";
const object = {
  s3bucket: "landing",
  s3key: "Incoming/ann/summer/beach.jpg",
  versionId: "v1",
  sequencer: "0065F0000000000001".padEnd(32, "0"),
};
const imageID = imageIdOf(object.s3bucket, object.s3key);
const nameOf = (attempt: number) => executionName(object, attempt);
const arnOf = (attempt: number) =>
  `arn:aws:states:eu-west-1:123456789012:execution:images:${nameOf(attempt)}`;
const aborted = { status: "ABORTED", redrivable: true, redriveCount: 0, caught: false } as const;
const caught = { ...aborted, status: "FAILED", caught: true } as const;
const turnedDown = Object.assign(new Error("no more"), {
  name: "ExecutionLimitExceeded",
  $metadata: { httpStatusCode: 400 },
});
const noAnswer = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

/** One row and the executions that are there, behind the conditions that the services keep. */
function place(changes: Partial<ImageItem>, executions: Record<string, ExecutionFacts>) {
  let row: ImageItem = {
    ...object,
    imageID,
    albumID: "ann/summer",
    userID: "ann",
    uploadTime: "2026-05-01T10:00:00.000Z",
    updatedTime: "2026-05-01T10:00:05.000Z",
    executionArn: arnOf(1),
    status: "FAILED",
    errReason: "as it was",
    ...changes,
  };
  let time = Date.parse("2026-05-02T00:00:00Z");
  const known = new Map(Object.entries(executions));
  const tokens = new Set<string>();
  const acts: string[] = [];
  const faults: Record<"start" | "redrive", unknown> = { start: undefined, redrive: undefined };
  const rows: PhotoRows = {
    read: async () => row,
    async replace(seen, state, now) {
      if (
        row.updatedTime !== seen.updatedTime ||
        row.status !== seen.status ||
        row.executionArn !== seen.executionArn
      ) {
        return undefined;
      }
      row = withState(seen, state, now.toISOString());
      acts.push(`row ${state.status}`);
      return row;
    },
  };
  const running = { ...aborted, status: "RUNNING", redrivable: false } as const;
  const ports = {
    rows,
    now() {
      time += 1;
      return new Date(time);
    },
    cloud: {
      stateMachineArn,
      facts: async (arn: string) => known.get(arn),
      async start(name: string) {
        if (faults.start !== undefined) throw faults.start;
        const arn = `${stateMachineArn.replace("stateMachine", "execution")}:${name}`;
        if (known.has(arn)) return;
        known.set(arn, running);
        acts.push(`start -r${name.split("-r")[1]}`);
      },
      async redrive(arn: string, token: string) {
        if (faults.redrive !== undefined) throw faults.redrive;
        if (tokens.has(token)) return {};
        const execution = known.get(arn);
        if (execution?.redrivable !== true) return { obstacle: "not redrivable" };
        tokens.add(token);
        known.set(arn, { ...running, redriveCount: execution.redriveCount + 1 });
        acts.push("redrive");
        return {};
      },
      hasObject: async () => object.versionId === row.versionId,
    },
  };
  return { ports, acts, faults, known, row: () => row, setRow: (next: ImageItem) => (row = next) };
}

test("a redrive opens the row first, and counts", async () => {
  const { ports, acts, row } = place({}, { [arnOf(1)]: { ...aborted, redriveCount: 2 } });
  expect(await retryPhoto(imageID, ports)).toMatchObject({ move: "redriven" });
  expect(acts).toEqual(["row PROCESSING", "redrive"]);
  expect(row()).toMatchObject({ executionArn: arnOf(1), redriveCount: 3 });
  expect(row()).not.toHaveProperty("errReason");
});

describe("a photo that a person was asked about", () => {
  const moderation: Moderation = {
    verdict: "suspect",
    policyVersion: "1",
    modelVersion: "local",
    labels: [],
  };
  const review = {
    by: "ann",
    at: "2026-05-01T10:00:04.000Z",
    decision: "approved",
    reason: "",
  } as const;
  const timedOut = { ...aborted, status: "TIMED_OUT" } as const;

  test.each([
    ["expired", "EXPIRED", timedOut],
    ["was aborted meanwhile", "FAILED", aborted],
  ] as const)("and that %s waits again when it is redriven", async (_, status, facts) => {
    const { ports, acts, row } = place({ status, moderation }, { [arnOf(1)]: facts });
    expect(await retryPhoto(imageID, ports)).toMatchObject({ move: "redriven" });
    expect(acts).toEqual(["row PENDING_REVIEW", "redrive"]);
    expect(row()).toMatchObject({ status: "PENDING_REVIEW", moderation, redriveCount: 1 });
    expect(row()).not.toHaveProperty("errReason");
  });

  test("whose redrive was cut off is redriven by the next retry, once", async () => {
    const { ports, acts, faults } = place(
      { status: "EXPIRED", moderation },
      { [arnOf(1)]: timedOut },
    );
    faults.redrive = noAnswer;
    await retryPhoto(imageID, ports);
    faults.redrive = undefined;
    await Promise.all([retryPhoto(imageID, ports), retryPhoto(imageID, ports)]);
    expect(acts.filter((act) => act === "redrive")).toHaveLength(1);
  });

  test("and who has decided is processed on", async () => {
    const { ports, row } = place({ moderation, review }, { [arnOf(1)]: aborted });
    await retryPhoto(imageID, ports);
    expect(row()).toMatchObject({ status: "PROCESSING", moderation, review });
  });

  test("is asked about anew by a fresh start: nothing of what was said stays in its row", async () => {
    const { ports, row } = place({ moderation, review, quarantine: {} }, { [arnOf(1)]: caught });
    expect(await retryPhoto(imageID, ports)).toMatchObject({ move: "started" });
    for (const name of ["moderation", "review", "quarantine"]) {
      expect(row()).not.toHaveProperty(name);
    }
  });

  test.each([
    ["redrive", aborted],
    ["start", caught],
  ] as const)("has its row back when the %s is turned down", async (call, facts) => {
    const { ports, faults, row } = place({ moderation, review }, { [arnOf(1)]: facts });
    const before = row();
    faults[call] = turnedDown;
    await retryPhoto(imageID, ports);
    expect({ ...row(), updatedTime: before.updatedTime }).toEqual(before);
  });
});

test("a fresh start takes the next attempt whose name nobody had", async () => {
  const { ports, acts, row } = place(
    { redriveCount: 1 },
    { [arnOf(1)]: caught, [arnOf(2)]: caught, [arnOf(3)]: caught },
  );
  expect(await retryPhoto(imageID, ports)).toMatchObject({ move: "started" });
  expect(acts).toEqual(["row PROCESSING", "start -r4"]);
  expect(row()).toMatchObject({ executionArn: arnOf(4), status: "PROCESSING" });
  expect(row()).not.toHaveProperty("redriveCount");
});

describe.each([
  ["redrive", aborted],
  ["start -r2", caught],
])("of many at the same time, one does it: %s", (act, facts) => {
  test("and the others wait for it", async () => {
    const { ports, acts } = place({}, { [arnOf(1)]: facts });
    const retries = await Promise.all([1, 2, 3, 4].map(() => retryPhoto(imageID, ports)));
    expect(acts.filter((one) => !one.startsWith("row"))).toEqual([act]);
    expect(retries.every((retry) => "move" in retry)).toBe(true);
  });

  test("and one that finds the row open before the service was called does it once more to no effect", async () => {
    const { ports, acts } = place({}, { [arnOf(1)]: facts });
    const { cloud } = ports;
    // The first one's call is held back until the second is through.
    let second: Promise<unknown> | undefined;
    const held = {
      ...cloud,
      async start(name: string) {
        second ??= retryPhoto(imageID, ports);
        await second;
        return cloud.start(name);
      },
      async redrive(arn: string, token: string) {
        second ??= retryPhoto(imageID, ports);
        await second;
        return cloud.redrive(arn, token);
      },
    };
    await retryPhoto(imageID, { ...ports, cloud: held });
    expect(acts.filter((one) => !one.startsWith("row"))).toEqual([act]);
  });
});

test("a newer version that comes between is never overwritten", async () => {
  const { ports, acts, row, setRow } = place({}, { [arnOf(1)]: aborted });
  const newer = { ...row(), versionId: "v2", executionArn: "arn:newer", status: "READY" } as const;
  const facts = async (arn: string) => {
    setRow(newer);
    return arn === arnOf(1) ? aborted : undefined;
  };
  const retry = await retryPhoto(imageID, { ...ports, cloud: { ...ports.cloud, facts } });
  expect(retry).toEqual({ move: "waiting", row: newer });
  expect(row()).toEqual(newer);
  expect(acts).toEqual([]);
});

test("a redrive that Step Functions declines becomes a fresh start", async () => {
  const { ports, acts, row } = place({}, { [arnOf(1)]: aborted });
  const cloud = { ...ports.cloud, redrive: async () => ({ obstacle: "14 days are over" }) };
  expect(await retryPhoto(imageID, { ...ports, cloud })).toMatchObject({ move: "started" });
  expect(acts).toEqual(["row PROCESSING", "row PROCESSING", "start -r2"]);
  expect(row().executionArn).toBe(arnOf(2));
});

test.each([
  ["redrive", aborted],
  ["start", caught],
] as const)("a %s that is turned down puts the row back", async (call, facts) => {
  const { ports, faults, row } = place({}, { [arnOf(1)]: facts });
  const before = row();
  faults[call] = turnedDown;
  expect(await retryPhoto(imageID, ports)).toMatchObject({
    refused: "Step Functions refuses (ExecutionLimitExceeded: no more)",
  });
  expect({ ...row(), updatedTime: before.updatedTime }).toEqual(before);
});

test.each([
  ["redrive", aborted, "redriven"],
  ["start", caught, "started"],
] as const)("a %s without an answer is taken up by the next retry", async (call, facts, move) => {
  const { ports, faults, row } = place({}, { [arnOf(1)]: facts });
  faults[call] = noAnswer;
  expect(await retryPhoto(imageID, ports)).toMatchObject({
    refused: expect.stringContaining("retry it by its ID"),
  });
  expect(row().status).toBe("PROCESSING");
  const arn = row().executionArn;
  faults[call] = undefined;
  expect(await retryPhoto(imageID, ports)).toMatchObject({ move, row: { executionArn: arn } });
});

test("a photo whose version is gone keeps its row", async () => {
  const { ports, acts, row } = place({ executionArn: "ERR" }, {});
  const before = row();
  const cloud = { ...ports.cloud, hasObject: async () => false };
  expect(await retryPhoto(imageID, { ...ports, cloud })).toMatchObject({
    refused: expect.stringContaining("the object is gone: version v1"),
  });
  expect(acts).toEqual([]);
  expect(row()).toEqual(before);
});

import { memoryDocumentClient, samplePhoto, silentLogger } from "@darkroom/lambda/testing";
import { imageIdOf, imageItem, type RecordFailureInput } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { countFailedPhotos } from "./count-failed-photos.ts";
import type { ExecutionReader } from "./execution-reader.ts";
import { imageTable } from "./image-table.ts";
import { recordDeadMessage } from "./record-dead-message.ts";
import { recordEndedExecution } from "./record-ended-execution.ts";
import { recordFailure } from "./record-failure.ts";

const own = "arn:aws:states:eu-west-1:123456789012:execution:images:own-r1";
const now = new Date("2026-05-01T10:00:05Z");
const uploadTime = "2026-05-01T10:00:00.000Z";

/** A table with the row that start-execution wrote, changed by `changes`; or without a row. */
function place(changes: object | "deleted" = {}) {
  const memory = memoryDocumentClient("imageID");
  if (changes !== "deleted") {
    memory.items.set(samplePhoto.imageID, {
      ...samplePhoto,
      uploadTime,
      executionArn: own,
      status: "PROCESSING",
      ...changes,
    });
  }
  const counts: unknown[] = [];
  return {
    table: countFailedPhotos(imageTable(memory.client, "images"), (...count) => counts.push(count)),
    counts,
    row: () => memory.items.get(samplePhoto.imageID),
  };
}

/** Knows the inputs of these executions. */
const knowing = (inputs: Record<string, string>): ExecutionReader => ({
  inputOf: async (executionArn) => inputs[executionArn],
});

describe("a failure that the machine reports", () => {
  const failed: RecordFailureInput = {
    photo: samplePhoto,
    executionArn: own,
    status: "FAILED",
    failure: { Error: "SlowDown", Cause: "DetectLabels: too fast" },
  };

  test("is in the row, with a reason that names task and error", async () => {
    const { table, row } = place();

    expect(await recordFailure(failed, table, now)).toBe(true);

    expect(row()).toMatchObject({
      status: "FAILED",
      errReason: "DetectLabels: SlowDown: too fast",
      executionArn: own,
      updatedTime: "2026-05-01T10:00:05.000Z",
    });
    expect(imageItem.parse(row())).toEqual(row());
  });

  test("of an unsupported file says only what the uploader has to know", async () => {
    const { table, row, counts } = place();
    const failure = { Error: "ImageIdentifyError", Cause: '{"errorMessage":"the file is empty"}' };
    await recordFailure({ ...failed, status: "UNSUPPORTED", failure }, table, now);
    expect(row()).toMatchObject({ status: "UNSUPPORTED", errReason: "the file is empty" });
    expect(counts).toEqual([]);
  });

  test("changes nothing when it is reported again, and is counted once", async () => {
    const { table, row, counts } = place();
    await recordFailure(failed, table, now);
    const before = row();
    expect(await recordFailure(failed, table, new Date("2026-06-01T00:00:00Z"))).toBe(false);
    expect(row()).toEqual(before);
    expect(counts).toEqual([
      [
        "PhotoFailed",
        { imageID: samplePhoto.imageID, errReason: "DetectLabels: SlowDown: too fast" },
      ],
    ]);
  });

  test.each([
    ["a newer version's row", { executionArn: "newer" }],
    ["a photo that is READY", { status: "READY" }],
    ["a photo that was REJECTED", { status: "REJECTED" }],
  ])("never touches %s", async (_, changes) => {
    const { table, row } = place(changes);
    const before = row();
    expect(await recordFailure(failed, table, now)).toBe(false);
    expect(row()).toEqual(before);
  });

  test("doesn't make a row again that was deleted", async () => {
    const { table, row } = place("deleted");
    expect(await recordFailure(failed, table, now)).toBe(false);
    expect(row()).toBeUndefined();
  });
});

describe("a rejection", () => {
  const rejected: RecordFailureInput = {
    photo: samplePhoto,
    executionArn: own,
    status: "REJECTED",
    moderation: { verdict: "suspect", policyVersion: "p1", modelVersion: "7.0", labels: [] },
    review: { by: "ann", at: uploadTime, decision: "denied", reason: "not for children" },
    quarantine: { s3key: "Quarantine/a/1", versionId: "q1" },
  };
  const { moderation, review, quarantine } = rejected;

  test.each(["PROCESSING", "PENDING_REVIEW", "FAILED", "EXPIRED"])(
    "is in the row, with all that led to it, over %s, and no failure to count",
    async (status) => {
      const { table, row, counts } = place({ status, errReason: "before" });

      expect(await recordFailure(rejected, table, now)).toBe(true);

      expect(row()).toMatchObject({
        status: "REJECTED",
        errReason: "rejected by ann: not for children",
        updatedTime: "2026-05-01T10:00:05.000Z",
        ...{ moderation, review, quarantine },
      });
      expect(imageItem.parse(row())).toEqual(row());
      expect(counts).toEqual([]);
    },
  );

  test("of a version that was deleted before has nothing in quarantine", async () => {
    const { table, row } = place();
    await recordFailure({ ...rejected, quarantine: {} }, table, now);
    expect(row()).toMatchObject({ status: "REJECTED", quarantine: {} });
  });

  test("changes nothing when it is reported again", async () => {
    const { table, row } = place();
    await recordFailure(rejected, table, now);
    const before = row();
    expect(await recordFailure(rejected, table, new Date("2026-06-01T00:00:00Z"))).toBe(false);
    expect(row()).toEqual(before);
  });

  test.each([
    ["a newer version's row", { executionArn: "newer" }],
    ["a photo that is READY", { status: "READY" }],
  ])("never touches %s", async (_, changes) => {
    const { table, row } = place(changes);
    const before = row();
    expect(await recordFailure(rejected, table, now)).toBe(false);
    expect(row()).toEqual(before);
  });
});

describe("an execution that ended in a way that no state saw", () => {
  const input = JSON.stringify({ photo: samplePhoto });
  const ended = { executionArn: own, input, error: null, cause: null };

  test.each([
    [{ ...ended, status: "ABORTED" as const }, "its execution was aborted"],
    [{ ...ended, status: "TIMED_OUT" as const }, "its execution timed out"],
    [
      {
        ...ended,
        status: "FAILED" as const,
        error: "States.DataLimitExceeded",
        cause: "too large",
      },
      "its execution failed: States.DataLimitExceeded: too large",
    ],
    [
      {
        ...ended,
        status: "FAILED" as const,
        error: "Lambda.AWSLambdaException",
        cause: "User: arn:aws:sts::1:assumed-role/r/s is not authorized",
      },
      "its execution failed: Lambda.AWSLambdaException: User: arn:aws:sts::1:assumed-role/r/s is not authorized",
    ],
  ])("leaves FAILED and why: $status", async (execution, errReason) => {
    const { table, row } = place();
    expect(await recordEndedExecution(execution, table, knowing({}), now)).toBe(true);
    expect(row()).toMatchObject({ status: "FAILED", errReason });
  });

  describe("by timing out while its photo waited for a person", () => {
    const timedOut = { ...ended, status: "TIMED_OUT" as const };

    test("leaves EXPIRED, which is no failure to count", async () => {
      const { table, row, counts } = place({ status: "PENDING_REVIEW" });
      expect(await recordEndedExecution(timedOut, table, knowing({}), now)).toBe(true);
      expect(row()).toMatchObject({ status: "EXPIRED", errReason: "nobody decided in time" });
      expect(counts).toEqual([]);
    });

    test("changes nothing when it is told twice", async () => {
      const { table, row } = place({ status: "PENDING_REVIEW" });
      await recordEndedExecution(timedOut, table, knowing({}), now);
      expect(await recordEndedExecution(timedOut, table, knowing({}), now)).toBe(false);
      expect(row()).toMatchObject({ status: "EXPIRED" });
    });

    test("is no news to a photo that waits again since a redrive", async () => {
      const { table, row } = place({ status: "PENDING_REVIEW", redriveCount: 1 });
      expect(await recordEndedExecution(timedOut, table, knowing({}), now)).toBe(false);
      expect(row()).toMatchObject({ status: "PENDING_REVIEW" });
    });

    test("leaves EXPIRED once more after its redrive", async () => {
      const { table, row } = place({ status: "PENDING_REVIEW", redriveCount: 1 });
      const again = { ...timedOut, redriveCount: 1 };
      expect(await recordEndedExecution(again, table, knowing({}), now)).toBe(true);
      expect(row()).toMatchObject({ status: "EXPIRED" });
    });

    test("leaves FAILED where it was aborted instead", async () => {
      const { table, row } = place({ status: "PENDING_REVIEW" });
      const aborted = { ...ended, status: "ABORTED" as const };
      await recordEndedExecution(aborted, table, knowing({}), now);
      expect(row()).toMatchObject({ status: "FAILED", errReason: "its execution was aborted" });
    });
  });

  test("is asked for its input where that was too large for the event", async () => {
    const { table, row } = place();
    const execution = { ...ended, status: "ABORTED" as const, input: null };
    expect(await recordEndedExecution(execution, table, knowing({ [own]: input }), now)).toBe(true);
    expect(row()).toMatchObject({ status: "FAILED" });
  });

  test.each(["UNSUPPORTED", "REJECTED", "FAILED", "READY"])(
    "leaves alone what its own states wrote: %s",
    async (status) => {
      const { table, row } = place({ status, errReason: "known better" });
      const execution = { ...ended, status: "FAILED" as const };
      expect(await recordEndedExecution(execution, table, knowing({}), now)).toBe(false);
      expect(row()).toMatchObject({ status, errReason: "known better" });
    },
  );

  test("is no news to a row that was given a redrive since, told late or twice", async () => {
    const { table, row } = place({ redriveCount: 1 });
    const aborted = { ...ended, status: "ABORTED" as const, redriveCount: 0 };
    expect(await recordEndedExecution(aborted, table, knowing({}), now)).toBe(false);
    expect(row()).toMatchObject({ status: "PROCESSING", executionArn: own });
  });

  test.each([
    ["its redrive, under the same ARN", { redriveCount: 1 }, 1],
    ["a redrive that no retry asked for", {}, 1],
  ])("leaves FAILED and why after %s", async (_, changes, redriveCount) => {
    const { table, row } = place(changes);
    const aborted = { ...ended, status: "ABORTED" as const, redriveCount };
    expect(await recordEndedExecution(aborted, table, knowing({}), now)).toBe(true);
    expect(row()).toMatchObject({ status: "FAILED", errReason: "its execution was aborted" });
  });

  test("doesn't touch the row of the execution that a retry started afresh", async () => {
    const { table, row } = place({ executionArn: own.replace("-r1", "-r2") });
    const aborted = { ...ended, status: "ABORTED" as const };
    expect(await recordEndedExecution(aborted, table, knowing({}), now)).toBe(false);
    expect(row()).toMatchObject({ status: "PROCESSING" });
  });

  test("and was started by hand with an input that names no photo is told", async () => {
    const { table } = place();
    const execution = { ...ended, status: "FAILED" as const, input: "{}" };
    await expect(recordEndedExecution(execution, table, knowing({}), now)).rejects.toMatchObject({
      name: "InvalidInputError",
    });
  });
});

describe("a message that died in the queue", () => {
  const reason = "its event could not be processed: every attempt to start its execution failed";
  const body = (key = samplePhoto.s3key) =>
    JSON.stringify({
      Records: [
        {
          eventName: "ObjectCreated:Put",
          eventTime: uploadTime,
          s3: {
            bucket: { name: samplePhoto.s3bucket },
            object: { key, versionId: samplePhoto.versionId, sequencer: samplePhoto.sequencer },
          },
        },
      ],
    });

  const known = {
    ...samplePhoto,
    imageID: imageIdOf(samplePhoto.s3bucket, samplePhoto.s3key),
    uploadTime,
    executionArn: own,
    status: "PROCESSING",
  };

  async function record(
    text: string,
    changes: object | undefined,
    inputs: Record<string, string> = {},
  ) {
    const memory = memoryDocumentClient("imageID");
    if (changes !== undefined) memory.items.set(known.imageID, { ...known, ...changes });
    await recordDeadMessage(text, {
      table: imageTable(memory.client, "images"),
      executions: knowing(inputs),
      logger: silentLogger(),
      now: () => now,
    });
    return memory.items;
  }

  test("leaves a row FAILED without an execution for an object that nothing was known of", async () => {
    const rows = await record(body(), undefined);
    expect([...rows.values()]).toEqual([
      expect.objectContaining({ status: "FAILED", executionArn: "ERR", errReason: reason }),
    ]);
  });

  test("says of a key of another form why it was refused", async () => {
    const rows = await record(body("Incoming/lonely.jpg"), undefined);
    expect([...rows.values()][0]).toMatchObject({
      status: "FAILED",
      errReason: expect.stringContaining("not of the form Incoming/<user>/<album>/<file>"),
    });
  });

  test("ends a row whose execution never came to be", async () => {
    const rows = await record(body(), {});
    expect([...rows.values()][0]).toMatchObject({
      status: "FAILED",
      executionArn: "ERR",
      errReason: reason,
    });
  });

  test("leaves a row alone whose execution is there after all", async () => {
    const rows = await record(body(), {}, { [own]: "{}" });
    expect([...rows.values()][0]).toMatchObject({ status: "PROCESSING", executionArn: own });
  });

  test.each([
    ["a photo that is READY", { status: "READY" }],
    ["a newer version's row", { sequencer: "F".repeat(32), executionArn: "newer" }],
  ])("leaves alone %s", async (_, changes) => {
    const rows = await record(body(), changes);
    expect([...rows.values()][0]).toMatchObject(changes);
  });

  test.each(["", "hello", '{"a":1}'])(
    "and is no S3 event is dropped, counted and logged: %j",
    async (text) => {
      expect(await record(text, undefined)).toEqual(new Map());
    },
  );
});

import { SFNClient } from "@aws-sdk/client-sfn";
import { answering, memoryDocumentClient, samplePhoto } from "@darkroom/lambda/testing";
import { type Arrival, executionArn, executionName, imageItem } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { albumTable } from "./album-table.ts";
import { executionStarter } from "./execution-starter.ts";
import { imageTable } from "./image-table.ts";
import { startExecution } from "./start-execution.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:123456789012:stateMachine:images";
const arrival: Arrival = { photo: samplePhoto, uploadTime: "2026-05-01T10:00:00.000Z" };
const arn = executionArn(stateMachineArn, executionName(samplePhoto, 1));
const older: Arrival = {
  ...arrival,
  photo: { ...samplePhoto, versionId: "v0", sequencer: "0011".padEnd(32, "0") },
};

/** A Step Functions that knows what it started, and says these errors first. */
function place(...errors: { status?: number; name: string; message?: string }[]) {
  const memory = memoryDocumentClient("imageID");
  const albums = memoryDocumentClient("albumID");
  const started = new Map<string, unknown>();
  const calls: string[] = [];
  const client = new SFNClient(
    answering(({ body }) => {
      const { name, input } = JSON.parse(body) as { name: string; input: string };
      calls.push(name);
      const error =
        errors.shift() ?? (started.has(name) ? { name: "ExecutionAlreadyExists" } : undefined);
      if (error !== undefined) {
        const { status = 400, name: __type, message = "no" } = error as (typeof errors)[number];
        return { status, body: JSON.stringify({ __type, message }) };
      }
      started.set(name, JSON.parse(input));
      return { body: JSON.stringify({ executionArn: arn, startDate: 1 }) };
    }),
  );
  const ports = {
    stateMachineArn,
    table: imageTable(memory.client, "images"),
    albums: albumTable(albums.client, "albums", () => 0),
    executions: executionStarter(client, stateMachineArn),
    now: () => new Date("2026-05-01T10:00:01Z"),
  };
  const row = () => memory.items.get(samplePhoto.imageID);
  return { ports, started, calls, row, rows: memory.items, albums: albums.items };
}

describe("a photo that arrives", () => {
  test("has a row that is PROCESSING and an execution of its own", async () => {
    const { ports, started, row, albums } = place();

    expect(await startExecution(arrival, ports)).toEqual({ outcome: "started", executionArn: arn });
    expect([...albums.keys()]).toEqual([samplePhoto.albumID]);

    expect(row()).toEqual({
      ...samplePhoto,
      uploadTime: "2026-05-01T10:00:00.000Z",
      updatedTime: "2026-05-01T10:00:01.000Z",
      executionArn: arn,
      status: "PROCESSING",
    });
    expect(imageItem.parse(row())).toEqual(row());
    expect([...started]).toEqual([[executionName(samplePhoto, 1), { photo: samplePhoto }]]);
  });

  test("takes over the whole row of an older version: nothing of that lingers", async () => {
    const { ports, rows, row } = place();
    await startExecution(older, ports);
    rows.set(samplePhoto.imageID, {
      ...rows.get(samplePhoto.imageID),
      status: "READY",
      tags: [{ name: "Beach", confidence: 90 }],
      errReason: "old",
    });

    await startExecution(arrival, ports);

    expect(row()).toMatchObject({ versionId: "v1", status: "PROCESSING", executionArn: arn });
    expect(row()).not.toHaveProperty("tags");
    expect(row()).not.toHaveProperty("errReason");
  });
});

describe("an event that comes again", () => {
  test.each(["READY", "UNSUPPORTED", "FAILED", "PENDING_REVIEW"])(
    "starts nothing and changes nothing when the photo is %s",
    async (status) => {
      const { ports, calls, rows, row } = place();
      await startExecution(arrival, ports);
      rows.set(samplePhoto.imageID, { ...row(), status, updatedTime: "later" });

      expect(await startExecution(arrival, ports)).toEqual({
        outcome: "already started",
        executionArn: arn,
      });

      expect(calls).toHaveLength(1);
      expect(row()).toMatchObject({ status, updatedTime: "later" });
    },
  );

  test("finds its execution there while the photo is PROCESSING", async () => {
    const { ports, started, row } = place();
    await startExecution(arrival, ports);
    const before = row();

    expect(await startExecution(arrival, ports)).toMatchObject({ outcome: "started" });

    expect(started.size).toBe(1);
    expect(row()).toEqual(before);
  });

  test("starts the execution that a crash left behind unstarted", async () => {
    const { ports, started, row } = place({ name: "InternalFailure", status: 500 });
    await expect(startExecution(arrival, ports)).rejects.toThrow();
    expect(row()).toMatchObject({ status: "PROCESSING" });
    expect(started.size).toBe(0);

    expect(await startExecution(arrival, ports)).toMatchObject({ outcome: "started" });
    expect(started.size).toBe(1);
  });

  test("gets a second go when its start had failed for good", async () => {
    const { ports, row } = place({ name: "StateMachineDoesNotExist" });
    await startExecution(arrival, ports);
    expect(row()).toMatchObject({ status: "FAILED" });

    expect(await startExecution(arrival, ports)).toMatchObject({ outcome: "started" });
    expect(row()).toMatchObject({ status: "PROCESSING", executionArn: arn });
    expect(row()).not.toHaveProperty("errReason");
  });

  test("doesn't disturb a repair, which is another execution of the same version", async () => {
    const { ports, calls, rows, row } = place();
    await startExecution(arrival, ports);
    const repair = executionArn(stateMachineArn, executionName(samplePhoto, 2));
    rows.set(samplePhoto.imageID, { ...row(), executionArn: repair });

    expect(await startExecution(arrival, ports)).toEqual({
      outcome: "already started",
      executionArn: repair,
    });
    expect(calls).toHaveLength(1);
  });
});

test("an older version's event is dropped and never touches a newer row", async () => {
  const { ports, started, row } = place();
  await startExecution(arrival, ports);
  const before = row();

  expect(await startExecution(older, ports)).toEqual({ outcome: "older than the row" });

  expect(row()).toEqual(before);
  expect(started.size).toBe(1);
});

describe("a start that fails", () => {
  test.each([
    "InvalidExecutionInput",
    "AccessDeniedException",
    "StateMachineDoesNotExist",
    "ValidationException",
  ])("for good, by %s, leaves the photo FAILED with a reason and no execution", async (name) => {
    const { ports, row } = place({ name, message: "not like this" });

    const start = await startExecution(arrival, ports);

    const errReason = `its execution could not be started: ${name}: not like this`;
    expect(start).toEqual({ outcome: "failed", errReason });
    expect(row()).toMatchObject({ status: "FAILED", executionArn: "ERR", errReason });
  });

  test.each([
    { name: "ThrottlingException" },
    { name: "ExecutionLimitExceeded" },
    { name: "InvalidSignatureException" },
    { name: "ServiceUnavailable", status: 503 },
  ])("for now, by $name, has to come again and leaves the photo PROCESSING", async (error) => {
    const { ports, row } = place(error);
    await expect(startExecution(arrival, ports)).rejects.toMatchObject({ name: error.name });
    expect(row()).toMatchObject({ status: "PROCESSING", executionArn: arn });
  });
});

describe("a key that says nothing about whose it is", () => {
  const lost: Arrival = {
    ...arrival,
    photo: { ...samplePhoto, s3key: "Incoming/lost.jpg", userID: "(none)", albumID: "(none)" },
    fault: 'its key "Incoming/lost.jpg" is not of the form Incoming/<user>/<album>/<file>',
  };

  test("is FAILED with a reason, and nothing is started", async () => {
    const { ports, calls, row } = place();

    expect(await startExecution(lost, ports)).toEqual({
      outcome: "refused",
      errReason: lost.fault,
    });

    expect(row()).toMatchObject({ status: "FAILED", executionArn: "ERR", errReason: lost.fault });
    expect(calls).toEqual([]);
  });

  test("is refused in the same way when its event comes again", async () => {
    const { ports, row } = place();
    await startExecution(lost, ports);
    expect(await startExecution(lost, ports)).toMatchObject({ outcome: "refused" });
    expect(row()).toMatchObject({ status: "FAILED" });
  });
});

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { BatchWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageIdOf } from "@darkroom/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExecutionFacts } from "../src/failures/execution-facts.ts";
import { DarkroomProcess, isTerminal } from "./darkroom-process.ts";
import { photo } from "./odd-files.ts";
import { photoEvent, sendMessage } from "./photo-event.ts";

const aborted = "Incoming/ann/failures/aborted.jpg";
const broken = "Incoming/ann/failures/broken.jpg";
const gone = "Incoming/ann/failures/gone.jpg";
const fine = "Incoming/ann/failures/fine.jpg";
const unreadable = "Incoming/ann/failures/unreadable.jpg";

/** What stands in for S3 where extract-metadata is to fail: it never answers, or knows no object. */
let standIn: "silent" | "empty" = "silent";
const server = createServer((_, response) => {
  if (standIn === "empty") {
    response
      .writeHead(404)
      .end("<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>");
  }
});
let darkroom: DarkroomProcess;

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  darkroom = await DarkroomProcess.create();
  await darkroom.start();

  await extractFrom("empty");
  await put(broken);
  expect(await end(broken)).toMatchObject({ status: "FAILED" });
  await extractFrom("silent");
  await put(aborted);
  await abort(await rowOf(aborted, (row) => row !== undefined));
  expect(await end(aborted)).toMatchObject({ status: "FAILED" });
  await extractFrom("S3");
  await sendMessage(
    darkroom,
    photoEvent(darkroom, gone, "v1", "0065F0000000000001"),
    "photo-events-dead",
  );
  await Promise.all([put(fine), put(unreadable, Buffer.from("no photo"))]);
  for (const key of [gone, fine, unreadable]) await end(key);
}, 180_000);

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await darkroom.remove();
});

async function put(key: string, body?: Buffer): Promise<void> {
  await darkroom.clients.s3.send(
    new PutObjectCommand({
      Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
      Key: key,
      Body: body ?? (await photo({})),
    }),
  );
}

async function rowOf(
  key: string,
  ready: (row: ImageItem | undefined) => boolean,
): Promise<ImageItem> {
  const row = (await darkroom.rowsWhen([key], ready)).get(key);
  if (row === undefined) throw new Error(`no row for ${key}`);
  return row;
}

const end = (key: string) => rowOf(key, isTerminal);
const idOf = (key: string) => imageIdOf(darkroom.variable("DARKROOM_LANDING_BUCKET"), key);

/** Where extract-metadata gets its objects. */
async function extractFrom(place: "S3" | typeof standIn): Promise<void> {
  if (place !== "S3") standIn = place;
  const { port } = server.address() as AddressInfo;
  const standInUrl = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
  await darkroom.clients.lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: darkroom
        .variable("DARKROOM_START_FUNCTION")
        .replace("StartExecution", "ExtractMetadata"),
      Environment: { Variables: place === "S3" ? {} : standInUrl },
    }),
  );
}

const abort = ({ executionArn }: ImageItem) =>
  darkroom.stopExecution(executionArn, { error: "Enough", cause: "stopped" });

const describeExecution = ({ executionArn }: ImageItem) =>
  darkroom.clients.sfn.send(new DescribeExecutionCommand({ executionArn }));

/** How many executions there were of the photo that an execution is of. */
async function attemptsOf({ executionArn }: ImageItem): Promise<number> {
  const hash = executionArn.slice(executionArn.lastIndexOf(":") + 1).replace(/-r\d+$/, "");
  return (await darkroom.executions()).filter(({ name }) => name.startsWith(hash)).length;
}

describe("failures list", () => {
  test("shows the photos that are FAILED, with what there is to say about each", async () => {
    const { code, stdout, stderr } = await darkroom.run(["failures", "list", "--json"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const listed = JSON.parse(stdout) as { file: string }[];
    const row = await end(aborted);
    expect(listed.map(({ file }) => file)).toEqual([broken, aborted, gone]);
    expect(listed[1]).toEqual({
      file: aborted,
      imageID: idOf(aborted),
      status: "FAILED",
      errReason: "its execution was aborted: Enough: stopped",
      updatedTime: row.updatedTime,
      executionArn: row.executionArn,
    });
    expect(listed[2]).toMatchObject({ executionArn: "ERR" });
  });

  test("says it to people as well", async () => {
    const { code, stdout, stderr } = await darkroom.run(["failures", "list"]);

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${idOf(aborted)}  FAILED .* ${aborted}$`, "m"));
    expect(stdout).toContain("\n  its execution was aborted: Enough: stopped\n  execution ");
    expect(stderr).toBe("3 photos\n");
  });

  test("shows other statuses only when they are asked for", async () => {
    const asked = await darkroom.run([
      ...["failures", "list", "--json", "--status", "UNSUPPORTED", "EXPIRED"],
    ]);
    const none = await darkroom.run(["failures", "list", "--json", "--status", "REJECTED"]);
    const wrong = await darkroom.run(["failures", "list", "--status", "READY"]);

    expect(JSON.parse(asked.stdout)).toMatchObject([{ file: unreadable, status: "UNSUPPORTED" }]);
    expect(JSON.parse(none.stdout)).toEqual([]);
    expect(wrong.code).toBe(2);
  });
});

describe("failures retry", () => {
  test.each([
    ["an imageID that no photo has", ["0".repeat(32)]],
    ["what is no imageID", ["photo.jpg"]],
    ["neither an imageID nor --all", []],
    ["both", ["--all", "0".repeat(32)]],
  ])("is bad usage with %s, and says so in one line", async (_, args) => {
    const { code, stdout, stderr } = await darkroom.run(["failures", "retry", ...args]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("redrives an execution that was aborted, and again when that is aborted: once although two ask for it", async () => {
    const first = await end(aborted);
    await extractFrom("silent");
    const retry = darkroom.run(["failures", "retry", idOf(aborted), "--json"]);
    const open = await rowOf(aborted, (row) => row?.status === "PROCESSING");
    expect(open).not.toHaveProperty("errReason");
    await abort(first);
    const failed = await retry;
    await extractFrom("S3");
    const [again, other] = await Promise.all([
      darkroom.run(["failures", "retry", idOf(aborted), "--json"]),
      darkroom.run(["failures", "retry", "--json", idOf(aborted)]),
    ]);

    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject([
      { status: "FAILED", errReason: "its execution was aborted: Enough: stopped" },
    ]);
    const moves: string[] = [];
    for (const { code, stdout, stderr } of [again, other]) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const [photo] = JSON.parse(stdout) as [{ retry: string }];
      expect(photo).toMatchObject({ file: aborted, status: "READY", errReason: null });
      moves.push(photo.retry);
    }
    expect(moves).toContain("redriven");
    expect(await end(aborted)).toMatchObject({
      executionArn: first.executionArn,
      status: "READY",
    });
    expect(await describeExecution(first)).toMatchObject({ status: "SUCCEEDED", redriveCount: 2 });
    expect(await attemptsOf(first)).toBe(1);
  }, 120_000);

  test("starts what the machine gave up afresh, once although two ask for it", async () => {
    const before = await end(broken);
    const [one, two] = await Promise.all([
      darkroom.run(["failures", "retry", idOf(broken)]),
      darkroom.run(["failures", "retry", idOf(broken)]),
    ]);

    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.stdout).toMatch(/broken\.jpg +READY/);
    const row = await end(broken);
    expect(row).toMatchObject({
      status: "READY",
      executionArn: before.executionArn.replace(/-r1$/, "-r2"),
    });
    expect(await attemptsOf(row)).toBe(2);
    expect(await describeExecution(before)).toMatchObject({ status: "FAILED", redriveCount: 0 });
  }, 60_000);

  test("starts what never had an execution under the next attempt that is free", async () => {
    const before = await end(fine);
    await darkroom.clients.dynamodb.send(
      new UpdateCommand({
        TableName: darkroom.variable("DARKROOM_IMAGE_TABLE"),
        Key: { imageID: before.imageID },
        UpdateExpression: "SET executionArn = :none, #status = :failed",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":none": "ERR", ":failed": "FAILED" },
      }),
    );
    const { code } = await darkroom.run(["failures", "retry", idOf(fine)]);

    expect(code).toBe(0);
    expect(await end(fine)).toMatchObject({
      status: "READY",
      executionArn: before.executionArn.replace(/-r1$/, "-r2"),
    });
  }, 60_000);

  test("says of an object that is gone, and leaves its row as it is", async () => {
    const before = await end(gone);
    const { code, stdout, stderr } = await darkroom.run(["failures", "retry", "--all", "--json"]);

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        file: gone,
        status: "FAILED",
        retry: "refused",
        errReason: expect.stringContaining("the object is gone"),
      },
    ]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(await end(gone)).toEqual(before);
  });

  test("of a photo that is READY starts nothing", async () => {
    const before = await end(broken);
    const { code } = await darkroom.run(["failures", "retry", idOf(broken)]);

    expect(code).toBe(0);
    expect(await end(broken)).toEqual(before);
  });
});

test("failures list goes through all pages, the oldest first", async () => {
  const sample = await end(fine);
  const table = darkroom.variable("DARKROOM_IMAGE_TABLE");
  const rows = Array.from({ length: 250 }, (_, index) => ({
    ...sample,
    imageID: index.toString(16).padStart(32, "0"),
    status: "EXPIRED",
    updatedTime: new Date(Date.UTC(2026, 0, 1) - index * 1000).toISOString(),
  }));
  for (let from = 0; from < rows.length; from += 25) {
    const puts = rows.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await darkroom.clients.dynamodb.send(
      new BatchWriteCommand({ RequestItems: { [table]: puts } }),
    );
  }
  const { stdout } = await darkroom.run(["failures", "list", "--json", "--status", "EXPIRED"]);

  const listed = (JSON.parse(stdout) as ImageItem[]).map(({ imageID }) => imageID);
  expect(listed).toEqual(rows.map(({ imageID }) => imageID).reverse());
}, 60_000);

describe("an execution that failed", () => {
  const failing = { Type: "Pass", Parameters: { "x.$": "$.missing" }, End: true };
  const pass = { Type: "Pass", Next: "Second" };
  const parallel = {
    Type: "Parallel",
    Branches: [{ StartAt: "Inner", States: { Inner: { Type: "Fail", Error: "Oops" } } }],
    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.failure", Next: "Second" }],
    End: true,
  };

  test.each([
    ["where no Catch saw it", { First: pass, Second: failing }, false],
    ["in a Fail state", { First: pass, Second: { Type: "Fail" } }, true],
    ["on the way that begins with a Catch", { First: parallel, Second: failing }, true],
  ])("%s is told from the others by its history", async (_, States, caught) => {
    const { sfn } = darkroom.clients;
    const stateMachineArn = darkroom.variable("DARKROOM_IMAGE_MACHINE_ARN");
    // The last of this file: nothing else needs the machine any more.
    await sfn.send(
      new UpdateStateMachineCommand({
        stateMachineArn,
        definition: JSON.stringify({ StartAt: "First", States }),
      }),
    );
    const { albumID, userID, s3bucket, s3key, versionId, sequencer } = await end(fine);
    const photo = { imageID: "none", albumID, userID, s3bucket, s3key, versionId, sequencer };
    const { executionArn = "" } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ photo }) }),
    );
    await expect
      .poll(async () => (await readExecutionFacts(executionArn, sfn))?.status)
      .toBe("FAILED");

    expect(await readExecutionFacts(executionArn, sfn)).toEqual({
      status: "FAILED",
      redrivable: true,
      redriveCount: 0,
      caught,
    });
    expect(await readExecutionFacts(`${executionArn}-not`, sfn)).toBeUndefined();
  });
});

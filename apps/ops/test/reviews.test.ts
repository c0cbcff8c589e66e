import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SendTaskSuccessCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { derivedPrefixes, type ImageItem, quarantinePrefix } from "@darkroom/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DarkroomProcess } from "./darkroom-process.ts";
import {
  type Claimed,
  claim,
  decide,
  isDecided,
  isPending,
  photoBytes,
  putPinned,
  readDecisions,
  reviewAll,
  rowOf,
  runScript,
} from "./reviewers.ts";

let darkroom: DarkroomProcess;
beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
}, 60_000);
afterAll(() => darkroom.remove());

const keyOf = (name: string) => `Incoming/ann/reviews/${name}.jpg`;
const ended = (key: string) => rowOf(darkroom, key, isDecided);

/** Uploads a photo that waits for a person, and returns once it does. */
async function suspect(name: string): Promise<string> {
  const key = keyOf(name);
  await putPinned(darkroom, key, "suspect");
  await rowOf(darkroom, key, isPending);
  return key;
}

async function claimed(by = "ann"): Promise<Claimed> {
  const photo = await claim(darkroom, by);
  if (photo === undefined) throw new Error("nothing waits");
  return photo;
}

const decisionsOf = async ({ imageID }: ImageItem) =>
  (await readDecisions(darkroom)).filter((decision) => decision.imageID === imageID);

/** Refused at its old place, whole in quarantine, and nothing made from it. */
async function expectQuarantined(row: ImageItem): Promise<void> {
  const { s3 } = darkroom.clients;
  const Bucket = row.s3bucket;
  const original = { Bucket, Key: row.s3key, VersionId: row.versionId };
  await expect(s3.send(new GetObjectCommand(original))).rejects.toMatchObject({
    name: "NoSuchVersion",
  });
  const Key = row.quarantine?.s3key ?? "";
  expect(Key.startsWith(`${quarantinePrefix}${row.imageID}/`)).toBe(true);
  const moved = { Bucket, Key, VersionId: row.quarantine?.versionId };
  expect(await s3.send(new HeadObjectCommand(moved))).toMatchObject({
    ContentType: "image/jpeg",
    ContentLength: (await photoBytes()).byteLength,
    Metadata: { title: "Beach" },
  });
  const { TagSet } = await s3.send(new GetObjectTaggingCommand(moved));
  expect(TagSet).toEqual([{ Key: "trip", Value: "summer" }]);
  await expectNothingDerived(row);
}

async function expectNothingDerived(row: ImageItem): Promise<void> {
  expect(row.thumbnail).toBeUndefined();
  expect(row.preview).toBeUndefined();
  for (const prefix of Object.values(derivedPrefixes)) {
    const { KeyCount } = await darkroom.clients.s3.send(
      new ListObjectsV2Command({ Bucket: row.s3bucket, Prefix: `${prefix}${row.imageID}/` }),
    );
    expect(KeyCount).toBe(0);
  }
}

const execution = ({ executionArn }: ImageItem) =>
  darkroom.clients.sfn.send(new DescribeExecutionCommand({ executionArn }));

describe.skipIf(isAwsCliMissing())("with the AWS CLI", () => {
  const getToken = `token=$(aws stepfunctions get-activity-task --endpoint-url "$AWS_ENDPOINT_URL" \
    --activity-arn "$DARKROOM_APPROVAL_ACTIVITY_ARN" | jq -r .taskToken)`;
  const succeed = `aws stepfunctions send-task-success --endpoint-url "$AWS_ENDPOINT_URL" \
    --task-token "$token" --task-output '{}'`;
  const fail = `aws stepfunctions send-task-failure --endpoint-url "$AWS_ENDPOINT_URL" \
    --task-token "$token" --error InappropiateError --cause "a stranger's face"`;

  test("a photo that waits is approved in two lines, and goes on to READY", async () => {
    const key = await suspect("cli-approved");
    const pending = await rowOf(darkroom, key, isPending);
    await expectNothingDerived(pending);
    expect(pending.moderation?.verdict).toBe("suspect");

    expect(await runScript(darkroom, `${getToken}\n${succeed}`)).toMatchObject({ code: 0 });

    const row = await ended(key);
    expect(row).toMatchObject({ status: "READY", thumbnail: {}, preview: {} });
    const { executionArn, imageID, versionId, moderation } = row;
    expect(await decisionsOf(row)).toEqual([
      expect.objectContaining({
        ...{ executionArn, imageID, versionId, moderation, s3key: key },
        ...{ by: "unknown", decision: "approved", reason: "" },
      }),
    ]);
  });

  test("a photo is denied in two lines, as the workshop spells it, and goes to quarantine", async () => {
    const key = await suspect("cli-denied");

    expect(await runScript(darkroom, `${getToken}\n${fail}`)).toMatchObject({ code: 0 });

    const row = await ended(key);
    expect(row.status).toBe("REJECTED");
    expect(await decisionsOf(row)).toMatchObject([
      { by: "unknown", decision: "denied", reason: "a stranger's face" },
    ]);
    await expectQuarantined(row);
    expect(await execution(row)).toMatchObject({
      status: "FAILED",
      error: "ContentRejected",
      cause: "a stranger's face",
    });
  });

  const script = (name: string) => fileURLToPath(new URL(`../scripts/${name}.sh`, import.meta.url));

  test("approve.sh and deny.sh decide, in the name of their reviewer", async () => {
    const approvedKey = await suspect("script-approved");
    const approve = await runScript(darkroom, '"$@"', [script("approve"), "--yes"]);
    expect(approve).toMatchObject({ code: 0, stdout: expect.stringContaining(approvedKey) });
    const approved = await ended(approvedKey);

    const deniedKey = await suspect("script-denied");
    const deny = await runScript(darkroom, '"$@"', [script("deny"), "--yes", 'it\'s "odd"']);
    expect(deny).toMatchObject({ code: 0, stdout: expect.stringContaining(deniedKey) });
    const denied = await ended(deniedKey);

    expect([approved.status, denied.status]).toEqual(["READY", "REJECTED"]);
    expect(await decisionsOf(approved)).toMatchObject([{ by: "ann", decision: "approved" }]);
    expect(await decisionsOf(denied)).toMatchObject([
      { by: "ann", decision: "denied", reason: 'it\'s "odd"' },
    ]);
  });
});

/** In CI it is never left out: it is installed there. */
function isAwsCliMissing(): boolean {
  const { stdout } = spawnSync("aws", ["--version"], {
    env: { PATH: `/usr/bin:/bin:${process.env.PATH}` },
    encoding: "utf8",
  });
  if (stdout?.startsWith("aws-cli/2") || process.env.CI !== undefined) return false;
  console.warn("Tests with the AWS CLI are skipped: this machine does not have it.");
  return true;
}

test("a photo that is inappropriate for sure is rejected by the policy, and nobody is asked", async () => {
  const key = keyOf("inappropriate");
  await putPinned(darkroom, key, "inappropriate");

  const row = await ended(key);

  expect(row).toMatchObject({ status: "REJECTED", review: { decision: "rejected by policy" } });
  const { policyVersion, labels = [] } = row.moderation ?? {};
  expect(labels.length).toBeGreaterThan(0);
  expect(await decisionsOf(row)).toMatchObject([
    {
      by: `policy ${policyVersion}`,
      decision: "rejected by policy",
      moderation: { verdict: "inappropriate", policyVersion, labels },
    },
  ]);
  expect(await execution(row)).toMatchObject({ status: "FAILED", error: "ContentRejected" });
  await expectQuarantined(row);
});

describe("darkroom approvals", () => {
  const next = async (by: string) => {
    const { code, stdout } = await darkroom.run(["approvals", "next", "--json", "--by", by]);
    expect(code).toBe(0);
    return JSON.parse(stdout) as { taskToken: string; s3key: string };
  };
  const approvals = (...args: string[]) => darkroom.run(["approvals", ...args, "--by", "bea"]);

  test("gives two reviewers different photos, and takes the decision of each", async () => {
    const keys = [await suspect("two-1"), await suspect("two-2")];

    const [first, second] = await Promise.all([next("ann"), next("bea")]);

    expect([first.s3key, second.s3key].sort()).toEqual(keys);
    expect((await approvals("approve", first.taskToken)).code).toBe(0);
    const denial = await approvals("deny", second.taskToken, "--reason", "blurred");
    expect(denial.code).toBe(0);
    expect(await ended(first.s3key)).toMatchObject({ status: "READY", review: { by: "bea" } });
    expect(await ended(second.s3key)).toMatchObject({
      status: "REJECTED",
      review: { by: "bea", reason: "blurred" },
    });
  });

  test("refuses a token that was used, one that is made up, and a denial without a reason", async () => {
    const key = await suspect("once");
    const { taskToken } = await next("ann");

    const reasonless = await approvals("deny", taskToken);
    expect(reasonless).toMatchObject({ code: 2, stdout: "" });
    expect(await approvals("approve", taskToken)).toMatchObject({ code: 0, stderr: "" });
    for (const again of [["approve"], ["deny", "--reason", "no"]]) {
      const { code, stderr } = await approvals(...again, taskToken);
      expect(stderr.trim()).toMatch(/^darkroom: The claim of this token is over[^\n]*$/);
      expect(code).toBe(1);
    }
    const madeUp = await approvals("approve", "AQCEAAAAKgAAAAMAAAAAAAAAAWm");
    expect(madeUp.stderr.trim()).toMatch(/^darkroom: No claim has this token[^\n]*$/);
    expect(madeUp.code).toBe(1);

    const row = await ended(key);
    expect(row.status).toBe("READY");
    expect(await decisionsOf(row)).toHaveLength(1);
  });

  test("says at once that nothing waits", async () => {
    const begin = performance.now();
    const { code, stdout, stderr } = await darkroom.run(["approvals", "next", "--json"]);
    expect(stderr).toMatch(/Nothing waits/);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(performance.now() - begin).toBeLessThan(10_000);
  });
});

describe("an answer that can't be one", () => {
  const mostBytes = 262_144;
  const answer = (taskToken: string, output: string) =>
    darkroom.clients.sfn.send(new SendTaskSuccessCommand({ taskToken, output }));

  test.each([
    ["isn't JSON", "yes"],
    ["has a byte too many", JSON.stringify("x".repeat(mostBytes - 1))],
    ["has too many bytes in fewer characters", JSON.stringify("ü".repeat(mostBytes / 2))],
  ])("since it %s is refused, and the photo still waits for one", async (_, output) => {
    const key = await suspect(`answer-${Buffer.byteLength(output)}`);
    const { taskToken } = await claimed();

    await expect(answer(taskToken, output)).rejects.toMatchObject({ name: "InvalidOutput" });

    expect(await rowOf(darkroom, key, () => true)).toMatchObject({ status: "PENDING_REVIEW" });
    await decide(darkroom, taskToken, "ann");
    expect(await ended(key)).toMatchObject({ status: "READY" });
  });

  test("since with the state's own data it is too much ends as States.DataLimitExceeded, and the photo says so", async () => {
    const key = await suspect("too-much");
    const { taskToken } = await claimed();

    await answer(taskToken, JSON.stringify("x".repeat(mostBytes - 2)));

    const row = await ended(key);
    expect(row).toMatchObject({
      status: "FAILED",
      errReason: expect.stringContaining("States.DataLimitExceeded"),
    });
    expect(await execution(row)).toMatchObject({ error: "States.DataLimitExceeded" });
  });
});

test("kill -9 between a claim and its decision changes neither, nor what waits", async () => {
  const heldKey = await suspect("killed-held");
  const held = await claimed();
  const waitingKey = await suspect("killed-waiting");

  await darkroom.stop("SIGKILL");
  await darkroom.start();

  const waiting = await claimed();
  expect([held.task.photo.s3key, waiting.task.photo.s3key]).toEqual([heldKey, waitingKey]);
  await decide(darkroom, held.taskToken, "ann");
  await decide(darkroom, waiting.taskToken, "ann", "blurred");
  expect(await ended(heldKey)).toMatchObject({ status: "READY", review: { by: "ann" } });
  expect(await ended(waitingKey)).toMatchObject({ status: "REJECTED" });
});

// The last of this file: it shortens the lease.
test("suspects are decided exactly once by four reviewers, one of whom keeps dying with the photo in hand", {
  timeout: 240_000,
}, async () => {
  const { sfn } = darkroom.clients;
  const stateMachineArn = darkroom.variable("DARKROOM_IMAGE_MACHINE_ARN");
  const { definition = "" } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const machine = JSON.parse(definition);
  machine.States.SendToApproval.HeartbeatSeconds = 2;
  await sfn.send(
    new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(machine) }),
  );
  const count = 200;
  const keys = Array.from({ length: count }, (_, index) => keyOf(`crowd/${index}`));
  const denialOf = (key: string) => (/[05]\.jpg$/.test(key) ? "every fifth" : undefined);
  const stop = new AbortController();
  const lost: string[] = [];
  /** Whoever dies stops asking for a while, and answers nothing. */
  const keepDying = async () => {
    while (!stop.signal.aborted) {
      const photo = await claim(darkroom, "dying", stop.signal);
      if (photo !== undefined) lost.push(photo.taskToken);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const begin = performance.now();
  const reviewers = Promise.all(
    ["ann", "bea", "cy"].map((by) => reviewAll(darkroom, by, denialOf, stop.signal)),
  );
  const dying = keepDying();

  await Promise.all(keys.map((key) => putPinned(darkroom, key, "suspect")));
  const rows = await darkroom.rowsWhen(keys, isDecided, 200_000);
  const seconds = (performance.now() - begin) / 1000;
  stop.abort();
  const [taken] = await Promise.all([reviewers, dying]);

  expect(taken.flat().sort()).toEqual([...keys].sort());
  for (const key of keys) {
    expect(rows.get(key)?.status).toBe(denialOf(key) === undefined ? "READY" : "REJECTED");
  }
  const decided = (await readDecisions(darkroom)).filter(({ s3key }) => rows.has(s3key));
  expect(decided.map(({ s3key }) => s3key).sort()).toEqual([...keys].sort());
  for (const { s3key, by, decision } of decided) {
    expect(taken[["ann", "bea", "cy"].indexOf(by)]).toContain(s3key);
    expect(decision).toBe(denialOf(s3key) === undefined ? "approved" : "denied");
  }
  expect(lost.length).toBeGreaterThan(2);
  for (const taskToken of lost) {
    await expect(decide(darkroom, taskToken, "dying")).rejects.toMatchObject({
      name: "TaskTimedOut",
    });
  }
  console.log(
    `${count} suspects decided once each in ${seconds.toFixed(1)} s, by ${taken.map((keys) => keys.length).join(" + ")}; ${lost.length} claims died`,
  );
});

import { samplePhoto as photo } from "@darkroom/lambda/testing";
import type { Json } from "@darkroom/states";
import { describe, expect, test } from "vitest";
import { approvalErrors } from "./contracts.ts";
import {
  callsOf,
  failing,
  type ImageRun,
  moderated,
  type Reviewer,
  runImageProcessing,
} from "./run-image-processing.ts";

const week = 604_800;
/** An execution may have so many (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const mostEvents = 25_000;

const suspect = { DetectModeration: () => moderated("suspect") };
const inappropriate = { DetectModeration: () => moderated("inappropriate") };

const approve: Reviewer = () => ({ output: {} });
const deny: Reviewer = () => ({ error: "InappropriateError", cause: "not for children" });

/** Approves what the reviewers before have left. */
const afterwards =
  (...before: Reviewer[]): Reviewer =>
  (claim) =>
    (before[claim.number - 1] ?? approve)(claim);

const walksAway: Reviewer = () => undefined;

/** What record-review was asked to record, in order. */
const reviews = (run: ImageRun) =>
  callsOf(run, "RecordReview").map(({ input }) => (input as { review: string }).review);

/** What the last of them said that the reviewer had sent. */
const lastAnswer = (run: ImageRun) =>
  callsOf(run, "RecordReview")
    .map(({ input }) => (input as { answer?: Json }).answer)
    .at(-1);

const taskNames = (run: ImageRun) => run.calls.map(({ task }) => task);

describe("a photo that is clean", () => {
  test("is shown to nobody", async () => {
    const run = await runImageProcessing({}, deny);
    expect(run.status).toBe("SUCCEEDED");
    expect(run.claimedAt).toEqual([]);
    expect(reviews(run)).toEqual([]);
  });
});

describe("a photo that the policy rejects", () => {
  test("is recorded, moved to quarantine and REJECTED, and nobody has to see it", async () => {
    const run = await runImageProcessing(inappropriate, approve);

    expect(run).toMatchObject({
      status: "FAILED",
      error: "ContentRejected",
      cause: "it was rejected by policy",
      claimedAt: [],
    });
    expect(taskNames(run).slice(2)).toEqual(["RecordReview", "QuarantinePhoto", "RecordFailure"]);
    expect(callsOf(run, "QuarantinePhoto")).toMatchObject([{ input: { photo } }]);
    expect(callsOf(run, "RecordFailure")).toMatchObject([
      {
        input: {
          status: "REJECTED",
          moderation: moderated("inappropriate"),
          review: { by: "policy p1", decision: "rejected by policy" },
          quarantine: { s3key: "Quarantine/a", versionId: "q" },
        },
      },
    ]);
  });
});

describe("a photo that a person approves", () => {
  test.each<Json>([{}, { by: "ann" }, { by: "ann", reason: "a statue" }, "yes", 1, null, ["ok"]])(
    "by %j goes on, with what the reviewer sent in the record",
    async (output) => {
      const run = await runImageProcessing(suspect, () => ({ output }));

      expect(run.status).toBe("SUCCEEDED");
      expect(reviews(run)).toEqual(["asked", "approved"]);
      expect(lastAnswer(run)).toEqual(output);
      expect(callsOf(run, "PersistMetadata")).toMatchObject([
        { input: { moderation: moderated("suspect") } },
      ]);
    },
  );

  test("is waiting in its row before anybody can have it, and derived from only afterwards", async () => {
    const run = await runImageProcessing(suspect, approve);
    expect(run.path.slice(2)).toEqual([
      "DetectInappropriate",
      "IsItAppropriate",
      "MarkPendingReview",
      "IsItStillWanted",
      "SendToApproval",
      "RecordApproval",
      "LabelsAndThumbnails",
      "DetectLabels",
      "GenerateThumbnails",
      "PersistMetadata",
    ]);
  });

  test("with more than a state may carry fails, without a record, for the rule to end", async () => {
    const run = await runImageProcessing(suspect, () => ({ output: "x".repeat(300_000) }));
    expect(run).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    expect(reviews(run)).toEqual(["asked"]);
    expect(callsOf(run, "RecordFailure")).toEqual([]);
  });
});

describe("a photo that a person denies", () => {
  test.each(approvalErrors.denied)("by %s is recorded, quarantined, REJECTED", async (error) => {
    const run = await runImageProcessing(suspect, () => ({ error, cause: "not for children" }));

    expect(run).toMatchObject({
      status: "FAILED",
      error: "ContentRejected",
      cause: "it was denied",
    });
    expect(reviews(run)).toEqual(["asked", "denied"]);
    expect(lastAnswer(run)).toEqual({ Error: error, Cause: "not for children" });
    expect(taskNames(run).slice(-3)).toEqual(["RecordReview", "QuarantinePhoto", "RecordFailure"]);
    expect(callsOf(run, "RecordFailure")).toMatchObject([
      { input: { status: "REJECTED", review: { by: "ann", decision: "denied" } } },
    ]);
    expect(run.claimedAt).toHaveLength(1);
  });

  test("without a reason is denied all the same", async () => {
    const run = await runImageProcessing(suspect, () => ({ error: "InappropriateError" }));
    expect(run.error).toBe("ContentRejected");
    expect(lastAnswer(run)).toEqual({ Error: "InappropriateError", Cause: null });
  });
});

describe("a photo that its reviewer doesn't decide about", () => {
  test("is in the queue again a second after it was given back", async () => {
    const release: Reviewer = () => ({ error: approvalErrors.released });
    const run = await runImageProcessing(suspect, afterwards(release, release));
    expect(run.status).toBe("SUCCEEDED");
    expect(run.claimedAt).toEqual([0, 1, 2]);
    expect(reviews(run)).toEqual(["asked", "approved"]);
  });

  test("is in the queue again 600 s after its reviewer was last heard of", async () => {
    const leavesAfter500Seconds: Reviewer = async ({ clock, heartbeat }) => {
      await clock.sleep(500_000);
      heartbeat();
      return undefined;
    };
    const run = await runImageProcessing(suspect, afterwards(walksAway, leavesAfter500Seconds));
    expect(run.status).toBe("SUCCEEDED");
    expect(run.claimedAt).toEqual([0, 601, 601 + 500 + 601]);
    expect(reviews(run)).toEqual(["asked", "approved"]);
  });

  test("is taken from a reviewer after two hours, however often that one is heard of", async () => {
    let heard = 0;
    const hesitates: Reviewer = async ({ clock, heartbeat }) => {
      while (heartbeat()) {
        heard += 1;
        await clock.sleep(300_000);
      }
      return { error: "InappropriateError" };
    };
    const run = await runImageProcessing(suspect, afterwards(hesitates));
    expect(run.status).toBe("SUCCEEDED");
    expect(run.claimedAt).toEqual([0, 7201]);
    expect(heard).toBe(24);
    expect(reviews(run)).toEqual(["asked", "approved"]);
  });

  test("waits a week when nobody ever claims it, in a history of a few events", async () => {
    const run = await runImageProcessing(suspect);
    expect(run.status).toBe("TIMED_OUT");
    expect(run.tookSeconds).toBe(week);
    expect(run.path.at(-1)).toBe("SendToApproval");
    expect(callsOf(run, "RecordFailure")).toEqual([]);
    expect(run.events.length).toBeLessThan(30);
  });

  test("can be claimed and left for a week without filling its history", async () => {
    const run = await runImageProcessing(suspect, walksAway);
    expect(run.status).toBe("TIMED_OUT");
    expect(run.claimedAt).toHaveLength(Math.ceil(week / 601));
    expect(run.events.length).toBeLessThan(mostEvents / 5);
  });
});

test("a photo whose row isn't its own any more is asked of nobody, and ends well", async () => {
  const run = await runImageProcessing(
    { ...suspect, RecordReview: () => ({ recorded: false }) },
    approve,
  );
  expect(run).toMatchObject({ status: "SUCCEEDED", claimedAt: [] });
  expect(run.path.at(-1)).toBe("Superseded");
  expect(callsOf(run, "PersistMetadata")).toEqual([]);
});

describe("a review that fails", () => {
  test.each([
    [{ error: "Blurred", cause: "shaken" }, "Blurred", "SendToApproval: shaken"],
    [{ error: "Blurred" }, "Blurred", "SendToApproval: no cause was given"],
    [
      { cause: "shaken" },
      "ReviewFailed",
      'SendToApproval: no error was named: {"Error":null,"Cause":"shaken"}',
    ],
    [{}, "ReviewFailed", 'SendToApproval: no error was named: {"Error":null,"Cause":null}'],
  ])("as SendTaskFailure says by %j is recorded, and not asked again", async (outcome, ...said) => {
    const [error, cause] = said;
    const run = await runImageProcessing(suspect, () => outcome);
    expect(run).toMatchObject({ status: "FAILED", error, cause });
    expect(run.claimedAt).toHaveLength(1);
    expect(callsOf(run, "RecordFailure")).toMatchObject([
      { input: { status: "FAILED", failure: { Error: error, Cause: cause } } },
    ]);
  });
});

/** Fails one of record-review's reviews for good. */
const failingReview = (review: string) => {
  const fail = failing("ValidationException", "never");
  return {
    RecordReview: ((input, invocation) => {
      const asked = (input as { review: string }).review;
      return asked === review ? fail(input, invocation) : { recorded: true, reason: "" };
    }) satisfies typeof fail,
  };
};

test.each([
  ["MarkPendingReview", { ...suspect, ...failingReview("asked") }, approve],
  ["RecordApproval", { ...suspect, ...failingReview("approved") }, approve],
  ["RecordDenial", { ...suspect, ...failingReview("denied") }, deny],
  ["RecordPolicyRejection", { ...inappropriate, ...failingReview("rejected by policy") }, approve],
])("a decision isn't acted on without its record: %s fails", async (state, tasks, reviewer) => {
  const run = await runImageProcessing(tasks, reviewer);
  expect(run).toMatchObject({ status: "FAILED", error: "ValidationException" });
  expect(run.cause).toMatch(new RegExp(`^${state}: `));
  expect(callsOf(run, "RecordFailure")).toMatchObject([{ input: { status: "FAILED" } }]);
  for (const task of ["QuarantinePhoto", "GenerateThumbnails", "PersistMetadata"]) {
    expect(callsOf(run, task)).toEqual([]);
  }
});

test.each([
  ["denied", suspect],
  ["rejected by policy", inappropriate],
])("a photo that was %s and can't be quarantined is FAILED, not REJECTED", async (_, tasks) => {
  const quarantine = { QuarantinePhoto: failing("AccessDeniedException", "never") };
  const run = await runImageProcessing({ ...tasks, ...quarantine }, deny);
  expect(run).toMatchObject({ status: "FAILED", error: "AccessDeniedException" });
  expect(run.cause).toMatch(/^QuarantinePhoto: .*never/);
  expect(callsOf(run, "RecordFailure")).toMatchObject([{ input: { status: "FAILED" } }]);
});

test("a rejection that can't be recorded is left to be redriven: nothing was caught", async () => {
  const run = await runImageProcessing(
    { ...inappropriate, RecordFailure: failing("ValidationException", "never") },
    approve,
  );
  expect(run).toMatchObject({ status: "FAILED", error: "ValidationException" });
  expect(run.path.at(-1)).toBe("RecordRejection");
  const entered = run.events.findLast(({ type }) => type === "TaskStateEntered");
  const input = JSON.parse(String(entered?.stateEnteredEventDetails?.input)) as object;
  expect(Object.keys(input)).not.toContain("failure");
});

import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { type Execution, type Json, TaskFailedError, type TaskOutcome } from "@darkroom/states";
import {
  type FakeClock,
  fakeClock,
  type MachineRun,
  runMachine,
  type TestTask,
} from "@darkroom/states/testing";
import type * as z from "zod";
import {
  approvalTask,
  extractMetadataInput,
  type Moderation,
  persistMetadataInput,
  photoTaskInput,
  quarantinePhotoInput,
  recordFailureInput,
  recordReviewInput,
} from "./contracts.ts";
import { arnOf, deployedMachine } from "./deployed-machine.ts";

export const jpeg = { format: "JPEG", width: 40, height: 30, fileSize: 1000 };

/** What detect-moderation answers. */
export function moderated(verdict: Moderation["verdict"]) {
  const judged = { verdict, policyVersion: "p1", modelVersion: "local" };
  if (verdict === "clean") return { ...judged, labels: [] };
  const label = { name: "Explicit", confidence: 71.5, taxonomyLevel: 1 };
  return { ...judged, labels: [label], reason: "Explicit at 71.5" };
}

const picture = (s3key: string) => ({ s3key, width: 40, height: 30 });

/** A task that parses its input as the real one does. */
const parsing =
  <Input>(schema: z.ZodType<Input>, answer: (input: Input) => Json): TestTask =>
  (input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw new TaskFailedError("InvalidInputError", parsed.error.message);
    return answer(parsed.data);
  };

/** Tasks that go well, with a photo that nobody has to look at. */
const fine: Readonly<Record<string, TestTask>> = {
  ExtractMetadata: parsing(extractMetadataInput, () => jpeg),
  DetectModeration: parsing(photoTaskInput, () => moderated("clean")),
  RecordReview: parsing(recordReviewInput, (input) => {
    if (input.review === "asked") return { recorded: true };
    const by = input.review === "rejected by policy" ? "policy p1" : "ann";
    const reason = input.review === "approved" ? "" : `it was ${input.review}`;
    return { by, at: "2026-01-02T03:04:05.000Z", decision: input.review, reason };
  }),
  DetectLabels: parsing(photoTaskInput, () => ({ tags: [{ name: "Beach", confidence: 97.5 }] })),
  GenerateThumbnails: parsing(photoTaskInput, () => ({
    thumbnail: picture("Thumbnail/a.jpg"),
    preview: picture("Preview/a.jpg"),
  })),
  PersistMetadata: parsing(persistMetadataInput, () => ({ superseded: false })),
  QuarantinePhoto: parsing(quarantinePhotoInput, () => ({ s3key: "Quarantine/a", versionId: "q" })),
  RecordFailure: parsing(recordFailureInput, () => ({ recorded: true })),
};

/** What a reviewer has in hand once GetActivityTask has given it. */
interface Claim {
  readonly clock: FakeClock;
  /** Counted from 1, over all reviewers of this photo. */
  readonly number: number;
  /** @returns false if the claim is over */
  heartbeat(): boolean;
}

/** Decides about a claimed photo; with undefined the reviewer is never heard of again. */
export type Reviewer = (claim: Claim) => TaskOutcome | undefined | Promise<TaskOutcome | undefined>;

export interface ImageRun extends MachineRun {
  /** What each function was called with, in order. */
  readonly calls: readonly { task: string; input: unknown }[];
  /** When each claim was made, in seconds since the execution started. */
  readonly claimedAt: readonly number[];
  readonly tookSeconds: number;
  /** The states, in the order they were entered. */
  readonly path: readonly string[];
}

/**
 * Runs the machine with some functions replaced, on a clock of its own.
 * @param reviewer comes at once whenever the photo waits; without one nobody ever does
 */
export async function runImageProcessing(
  tasks: Readonly<Record<string, TestTask>> = {},
  reviewer?: Reviewer,
): Promise<ImageRun> {
  const clock = fakeClock();
  const startMs = clock.now();
  const calls: { task: string; input: unknown }[] = [];
  const claimedAt: number[] = [];
  const named = Object.entries({ ...fine, ...tasks }).map(([task, answer]): [string, TestTask] => [
    arnOf(task),
    (input, invocation) => {
      calls.push({ task, input });
      return answer(input, invocation);
    },
  ]);
  let execution: Execution | undefined;

  const run = await runMachine({
    definition: deployedMachine,
    input: { photo },
    clock,
    tasks: Object.fromEntries(named),
    onStart: (started) => {
      execution = started;
    },
    activities:
      reviewer === undefined
        ? {}
        : {
            [arnOf("ApprovalActivity")]: async (input, { taskToken, heartbeat }) => {
              approvalTask.parse(input);
              claimedAt.push((clock.now() - startMs) / 1000);
              const outcome = await reviewer({ clock, number: claimedAt.length, heartbeat });
              if (outcome === undefined) return new Promise<never>(() => {});
              // By the token, since a worker of the test kit can't leave out an error's name or cause.
              await execution?.settleTask(taskToken, outcome);
              return null;
            },
          },
  });

  return {
    ...run,
    calls,
    claimedAt,
    tookSeconds: (clock.now() - startMs) / 1000,
    path: run.events.flatMap(({ type, stateEnteredEventDetails: entered }) =>
      type.endsWith("StateEntered") ? [String(entered?.name)] : [],
    ),
  };
}

/** A function that fails as Lambda tells of it. */
export const failing =
  (name: string, message: string): TestTask =>
  () => {
    throw new TaskFailedError(name, JSON.stringify({ errorType: name, errorMessage: message }));
  };

export const callsOf = ({ calls }: Pick<ImageRun, "calls">, task: string) =>
  calls.filter((call) => call.task === task);

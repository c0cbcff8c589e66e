import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { type Json, TaskFailedError } from "@darkroom/states";
import { fakeClock, runMachine, type TestInvocation } from "@darkroom/states/testing";
import { arnOf, deployedMachine } from "../deployed-machine.ts";
import { machineTasks } from "./machine-tasks.ts";

/** What goes wrong in a task, so many times in turn before it goes well. */
export interface Fault {
  readonly times: number;
  /** What a call with the fault comes to; with `undefined` it goes well after all. */
  readonly error: string | undefined;
  /** How long such a call takes. */
  readonly takesSeconds?: number;
  /** What it answers instead of its usual answer. */
  readonly answer?: Json;
}

/** What came of an execution with a fault in one of its tasks. */
export interface FaultRun {
  readonly status: string;
  readonly error: string | undefined;
  /** The states, in the order they were entered. */
  readonly path: readonly string[];
  /** Of the task with the fault. */
  readonly tries: number;
  /** Between its tries. */
  readonly pausesSeconds: readonly number[];
  /** From its first try to the end of its last. */
  readonly tookSeconds: number;
  /** What the photo's row says at the end; PROCESSING or PENDING_REVIEW where that is left to EventBridge's rule. */
  readonly row: string;
}

const picture = (s3key: string) => ({ s3key, width: 40, height: 30 });

const review = { by: "ann", at: "2026-01-02T03:04:05.000Z", decision: "denied", reason: "no" };

const answers: Readonly<Record<string, Json>> = {
  ExtractImageMetadata: { format: "JPEG", width: 40, height: 30, fileSize: 1000 },
  MarkPendingReview: { recorded: true },
  RecordApproval: { ...review, decision: "approved" },
  DetectLabels: { tags: [] },
  GenerateThumbnails: {
    thumbnail: picture("Thumbnail/a.jpg"),
    preview: picture("Preview/a.jpg"),
  },
  PersistMetadata: { superseded: false },
  RecordDenial: review,
  RecordPolicyRejection: { ...review, decision: "rejected by policy" },
  QuarantinePhoto: { s3key: "Quarantine/a" },
  RecordRejection: { recorded: true },
  NotSupportedImageType: { recorded: true },
  RecordFailure: { recorded: true },
};

/** What becomes of a photo that nothing goes wrong with. */
export type Fate =
  | "clean"
  | "approved"
  | "denied"
  | "rejected by policy"
  | "not supported"
  | "failed";

/** The fate that leads to a state; to every other, that of a clean photo does. */
const fates: Readonly<Record<string, Fate>> = {
  MarkPendingReview: "approved",
  RecordApproval: "approved",
  RecordDenial: "denied",
  QuarantinePhoto: "denied",
  RecordPolicyRejection: "rejected by policy",
  RecordRejection: "rejected by policy",
  NotSupportedImageType: "not supported",
  RecordFailure: "failed",
};

export const fateOf = (state: string): Fate => fates[state] ?? "clean";

/** What ExtractImageMetadata says of a photo that has no other fate. */
const refusals: Partial<Record<Fate, string>> = {
  "not supported": "ImageIdentifyError",
  failed: "InvalidInputError",
};

const verdicts: Partial<Record<Fate, string>> = {
  clean: "clean",
  "rejected by policy": "inappropriate",
};

const functions = [
  "ExtractMetadata",
  "DetectModeration",
  "RecordReview",
  "DetectLabels",
  "GenerateThumbnails",
  "PersistMetadata",
  "QuarantinePhoto",
  "RecordFailure",
];

/** Runs the machine on a clock of its own. @param random of the jitter, in [0, 1) */
export async function runWithFault(
  state: string,
  fault: Fault,
  random: () => number,
): Promise<FaultRun> {
  const clock = fakeClock();
  const fate = fateOf(state);
  const refusal = refusals[fate];
  const timerMs = (machineTasks.get(state)?.TimeoutSeconds ?? 0) * 1000;
  const tries: { startMs: number; endMs: number }[] = [];
  let row = "PROCESSING";

  async function failing(): Promise<void> {
    const one = { startMs: clock.now(), endMs: clock.now() + timerMs };
    tries.push(one);
    if (tries.length <= fault.times) await clock.sleep((fault.takesSeconds ?? 0) * 1000);
    one.endMs = Math.min(clock.now(), one.endMs);
    if (tries.length <= fault.times && fault.error !== undefined) {
      throw new TaskFailedError(fault.error, JSON.stringify({ errorMessage: "injected" }));
    }
  }

  const task = async (input: Json, { stateName }: TestInvocation): Promise<Json> => {
    if (stateName === state) await failing();
    else if (stateName === "ExtractImageMetadata" && refusal !== undefined) {
      throw new TaskFailedError(refusal, "{}");
    }
    const answer = stateName === "DetectInappropriate" ? moderatedAs(fate) : answers[stateName];
    if (answer === undefined) throw new Error(`nothing says what ${stateName} answers`);
    if (stateName === "MarkPendingReview") row = "PENDING_REVIEW";
    if (stateName === "PersistMetadata") row = "READY";
    if (input !== null && typeof input === "object" && "status" in input)
      row = String(input.status);
    return stateName === state && tries.length <= fault.times ? (fault.answer ?? answer) : answer;
  };

  const { status, error, events } = await runMachine({
    definition: deployedMachine,
    input: { photo },
    tasks: Object.fromEntries(functions.map((name) => [arnOf(name), task])),
    activities: {
      [arnOf("ApprovalActivity")]: () => {
        if (fate === "denied") throw new TaskFailedError("InappropriateError", "no");
        return {};
      },
    },
    clock,
    random,
  });

  return {
    status,
    error,
    path: events.flatMap(({ type, stateEnteredEventDetails: entered }) =>
      type.endsWith("StateEntered") ? [String(entered?.name)] : [],
    ),
    tries: tries.length,
    pausesSeconds: tries
      .slice(1)
      .map(({ startMs }, index) => (startMs - (tries[index]?.endMs ?? 0)) / 1000),
    tookSeconds: ((tries.at(-1)?.endMs ?? 0) - (tries[0]?.startMs ?? 0)) / 1000,
    row,
  };
}

const moderatedAs = (fate: Fate): Json => ({
  verdict: verdicts[fate] ?? "suspect",
  policyVersion: "p1",
  modelVersion: "local",
  labels: [],
});

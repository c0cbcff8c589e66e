import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { type Json, TaskFailedError } from "@darkroom/states";
import { fakeClock, runMachine, type TestInvocation } from "@darkroom/states/testing";
import definition from "../image-processing.asl.json" with { type: "json" };
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
  /** What the photo's row says at the end; PROCESSING where that is left to EventBridge's rule. */
  readonly row: string;
}

const picture = (s3key: string) => ({ s3key, width: 40, height: 30 });

const answers: Readonly<Record<string, Json>> = {
  ExtractImageMetadata: { format: "JPEG", width: 40, height: 30, fileSize: 1000 },
  DetectLabels: { tags: [] },
  GenerateThumbnails: {
    thumbnail: picture("Thumbnail/a.jpg"),
    preview: picture("Preview/a.jpg"),
  },
  PersistMetadata: { superseded: false },
  NotSupportedImageType: { recorded: true },
  RecordFailure: { recorded: true },
};

/** What has to fail for good before a state that records failures is entered. */
const before: Readonly<Record<string, string>> = {
  NotSupportedImageType: "ImageIdentifyError",
  RecordFailure: "InvalidInputError",
};

const functions = [
  "ExtractMetadata",
  "DetectLabels",
  "GenerateThumbnails",
  "PersistMetadata",
  "RecordFailure",
];

/** Runs the machine on a clock of its own. @param random of the jitter, in [0, 1) */
export async function runWithFault(
  state: string,
  fault: Fault,
  random: () => number,
): Promise<FaultRun> {
  const clock = fakeClock();
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
    else if (stateName === "ExtractImageMetadata" && before[state] !== undefined) {
      throw new TaskFailedError(before[state], "{}");
    }
    if (stateName === "PersistMetadata") row = "READY";
    if (input !== null && typeof input === "object" && "status" in input)
      row = String(input.status);
    const answer = answers[stateName] ?? null;
    return stateName === state && tries.length <= fault.times ? (fault.answer ?? answer) : answer;
  };

  const { status, error, events } = await runMachine({
    definition: JSON.stringify(definition).replaceAll(/\$\{(\w+)\}/g, (_, name) => arnOf(name)),
    input: { photo },
    tasks: Object.fromEntries(functions.map((name) => [arnOf(name), task])),
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

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:111111111111:function:${name}`;

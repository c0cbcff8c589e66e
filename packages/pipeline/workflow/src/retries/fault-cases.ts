import type { ErrorClass } from "./documented-policies.ts";
import type { Fault } from "./fault-run.ts";
import { machineTasks } from "./machine-tasks.ts";

export interface FaultCase extends Fault {
  readonly title: string;
  /** By whose policy it is retried; "never" where it isn't, "none" where nothing fails. */
  readonly retriedAs: ErrorClass | "never" | "none";
}

const s3 = "SlowDown";
const dynamoDb = "ProvisionedThroughputExceededException";

/** What each task's own service says when it is asked too much. */
const throttling: Readonly<Record<string, string>> = {
  ExtractImageMetadata: s3,
  DetectInappropriate: "ThrottlingException",
  MarkPendingReview: dynamoDb,
  RecordApproval: dynamoDb,
  DetectLabels: "ProvisionedThroughputExceededException",
  GenerateThumbnails: s3,
  PersistMetadata: dynamoDb,
  RecordDenial: dynamoDb,
  RecordPolicyRejection: dynamoDb,
  QuarantinePhoto: s3,
  RecordRejection: dynamoDb,
  NotSupportedImageType: dynamoDb,
  RecordFailure: dynamoDb,
};

const forGood = Number.POSITIVE_INFINITY;

/** Tasks that read the photo itself. */
const readers = [
  "ExtractImageMetadata",
  "DetectInappropriate",
  "DetectLabels",
  "GenerateThumbnails",
];

/**
 * The tasks that the 256 KiB of a state can stop: their answers grow with the photo, or come on top of what
 * a reviewer sent; those of the rest are a few bytes.
 */
const answeringAtLength = [...readers, "RecordApproval"];

const brokenOff: FaultCase = {
  title: "gets a part of the photo, for good",
  error: "ObjectCutOffError",
  times: forGood,
  retriedAs: "unclear",
};

/** A result may have 256 KiB. */
const tooLarge: FaultCase = {
  title: "answers too much",
  error: undefined,
  answer: "x".repeat(300_000),
  times: forGood,
  retriedAs: "never",
};

export function faultCases(state: string): FaultCase[] {
  const timer = machineTasks.get(state)?.TimeoutSeconds ?? 0;
  // The state's timer leaves ten seconds to the function's own, so that Lambda tells of it.
  const functionSeconds = timer - 10;
  const throttle = throttling[state];
  if (throttle === undefined) throw new Error(`nothing says how ${state} is throttled`);
  return [
    { title: "throttled twice", error: throttle, times: 2, retriedAs: "throttled" },
    { title: "throttled for good", error: throttle, times: forGood, retriedAs: "throttled" },
    {
      title: "no room in Lambda, for good",
      error: "Lambda.TooManyRequestsException",
      times: forGood,
      retriedAs: "throttled",
    },
    {
      title: "no connection, twice",
      error: "ConnectionError",
      times: 2,
      retriedAs: "unavailable",
    },
    {
      title: "Lambda is down for good",
      error: "Lambda.ServiceException",
      times: forGood,
      retriedAs: "unavailable",
    },
    {
      title: "may not be invoked",
      error: "Lambda.AWSLambdaException",
      times: forGood,
      retriedAs: "unclear",
    },
    {
      title: "times out once",
      error: "Sandbox.Timedout",
      times: 1,
      takesSeconds: functionSeconds,
      retriedAs: "timed out",
    },
    {
      title: "times out for good",
      error: "Sandbox.Timedout",
      times: forGood,
      takesSeconds: functionSeconds,
      retriedAs: "timed out",
    },
    {
      title: "never answers",
      error: "States.Timeout",
      times: forGood,
      takesSeconds: 10 * timer,
      retriedAs: "timed out",
    },
    { title: "crashes once", error: "Runtime.ExitError", times: 1, retriedAs: "else" },
    { title: "crashes for good", error: "Runtime.ExitError", times: forGood, retriedAs: "else" },
    { title: "fails for good", error: "TypeError", times: forGood, retriedAs: "else" },
    ...refusals(state).map((error) => ({
      title: "refused for good",
      error,
      times: forGood,
      retriedAs: "never" as const,
    })),
    ...(readers.includes(state) ? [brokenOff] : []),
    ...(answeringAtLength.includes(state) ? [tooLarge] : []),
    {
      title: "slow",
      error: undefined,
      times: forGood,
      takesSeconds: functionSeconds - 1,
      retriedAs: "none",
    },
  ];
}

/** The errors that this state never retries, by the machine's definition. */
const refusals = (state: string): readonly string[] =>
  machineTasks.get(state)?.Retry.find(({ MaxAttempts }) => MaxAttempts === 0)?.ErrorEquals ?? [];

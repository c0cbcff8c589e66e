import fc from "fast-check";
import { describe, expect, test } from "vitest";
import definition from "../image-processing.asl.json" with { type: "json" };
import {
  documentedPolicy,
  errorClasses,
  longestPauses,
  type Policy,
} from "./documented-policies.ts";
import { type FaultCase, faultCases } from "./fault-cases.ts";
import { type FaultRun, runWithFault } from "./fault-run.ts";
import { type MachineTask, machineTasks, type Retry } from "./machine-tasks.ts";
import { type Cell, retriesPage } from "./retries-page.ts";

/** By one error of each class that every task may meet. */
const exampleOf = {
  throttled: "Lambda.TooManyRequestsException",
  unavailable: "Lambda.ServiceException",
  unclear: "Lambda.AWSLambdaException",
  "timed out": "Sandbox.Timedout",
  else: "States.ALL",
} as const;

const retryFor = ({ Retry }: MachineTask, error: string): Retry | undefined =>
  Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error));

const tasks = [...machineTasks];
const states = tasks.map(([name]) => name);

describe.each(tasks)("the README tells how %s retries what is", (name, task) => {
  test.each(errorClasses)("%s", (errors) => {
    const retry = retryFor(task, exampleOf[errors]);
    expect(documentedPolicy(name, errors)).toEqual({
      tries: retry?.MaxAttempts,
      firstSeconds: retry?.IntervalSeconds,
      longestSeconds: retry?.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
      jitter: retry?.JitterStrategy === "FULL",
    } satisfies Record<keyof Policy, unknown>);
    expect(retry?.BackoffRate).toBe(2);
  });
});

/** How many tries a fault takes, and the longest pauses between them. */
function expectedOf(state: string, { retriedAs, times }: FaultCase) {
  if (retriedAs === "never") return { passes: false, pauses: [] };
  if (retriedAs === "none") return { passes: true, pauses: [] };
  const policy = documentedPolicy(state, retriedAs);
  return {
    passes: times <= policy.tries,
    pauses: longestPauses(policy, Math.min(times, policy.tries)),
  };
}

const start = ["ExtractImageMetadata"];
const pictured = [
  ...start,
  "ImageTypeCheck",
  "LabelsAndThumbnails",
  "DetectLabels",
  "GenerateThumbnails",
];
const recorded = ["RecordFailure", "ProcessingFailed"];
const unsupported = ["NotSupportedImageType", "FileNotSupported"];

/** The states up to the one with the fault; where they go from there if it fails; and if it goes well. */
const paths: Readonly<Record<string, { to: string[]; failed: string[]; well: string[] }>> = {
  ExtractImageMetadata: {
    to: start,
    failed: ["ExtractImageMetadataFailed", ...recorded],
    well: [...pictured.slice(1), "PersistMetadata"],
  },
  DetectLabels: {
    to: pictured,
    failed: ["DetectLabelsFailed", ...recorded],
    well: ["PersistMetadata"],
  },
  GenerateThumbnails: {
    to: pictured,
    failed: ["GenerateThumbnailsFailed", ...recorded],
    well: ["PersistMetadata"],
  },
  PersistMetadata: {
    to: [...pictured, "PersistMetadata"],
    failed: ["PersistMetadataFailed", ...recorded],
    well: [],
  },
  NotSupportedImageType: {
    to: [...start, "NotSupportedImageType"],
    failed: [],
    well: ["FileNotSupported"],
  },
  RecordFailure: {
    to: [...start, "ExtractImageMetadataFailed", "RecordFailure"],
    failed: [],
    well: ["ProcessingFailed"],
  },
};

const recorders = ["NotSupportedImageType", "RecordFailure"];
/** A photo that these refuse is the uploader's to mend. */
const judges = ["ExtractImageMetadata", "DetectLabels", "GenerateThumbnails"];

/** Where an execution with a fault ends. */
function endOf(
  state: string,
  fault: FaultCase,
): Pick<FaultRun, "path" | "status" | "error" | "row"> {
  const { to, failed, well } = paths[state] ?? { to: [], failed: [], well: [] };
  const error = fault.error ?? "States.DataLimitExceeded";
  if (expectedOf(state, fault).passes) {
    if (state === "NotSupportedImageType") {
      return {
        path: [...to, ...well],
        status: "FAILED",
        error: "FileNotSupported",
        row: "UNSUPPORTED",
      };
    }
    if (state === "RecordFailure") {
      return {
        path: [...to, ...well],
        status: "FAILED",
        error: "InvalidInputError",
        row: "FAILED",
      };
    }
    return { path: [...to, ...well], status: "SUCCEEDED", error: undefined, row: "READY" };
  }
  // No Catch sees the one, and there is none at the others.
  if (fault.error === undefined || recorders.includes(state)) {
    return { path: to, status: "FAILED", error, row: "PROCESSING" };
  }
  if (error === "ImageIdentifyError" && judges.includes(state)) {
    const through = to.includes("LabelsAndThumbnails") ? failed.slice(0, 1) : [];
    const path = [...to, ...through, ...unsupported];
    return { path, status: "FAILED", error: "FileNotSupported", row: "UNSUPPORTED" };
  }
  return { path: [...to, ...failed], status: "FAILED", error, row: "FAILED" };
}

/** Jitter at its longest; draws are below 1. */
const longest = () => 1 - Number.EPSILON;

const cells: { state: string; fault: FaultCase }[] = states.flatMap((state) =>
  faultCases(state).map((fault) => ({ state, fault })),
);

test.each(cells)("$state, $fault.title: $fault.error", async ({ state, fault }) => {
  const { pauses } = expectedOf(state, fault);
  const run = await runWithFault(state, fault, longest);

  expect(run).toMatchObject({
    ...endOf(state, fault),
    tries: pauses.length + 1,
    pausesSeconds: pauses,
  });
});

test("with jitter a pause is any part of its longest, and none is longer", async () => {
  const jittered = cells.filter(
    ({ state, fault: { retriedAs } }) =>
      retriedAs !== "never" && retriedAs !== "none" && documentedPolicy(state, retriedAs).jitter,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...jittered),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async ({ state, fault }, drawn) => {
        const { pausesSeconds } = await runWithFault(state, fault, () => drawn);
        const expected = expectedOf(state, fault).pauses.map((pause) => pause * drawn);
        expect(pausesSeconds.length).toBe(expected.length);
        for (const [index, pause] of pausesSeconds.entries()) {
          expect(pause).toBeCloseTo(expected[index] ?? Number.NaN, 2);
        }
      },
    ),
    { numRuns: 50 },
  );
});

/** A task that meets every class of errors as often as it may, each try as slow as its timer allows; in seconds. */
function longestStay(name: string, { TimeoutSeconds }: MachineTask): number {
  const policies = errorClasses.map((errors) => documentedPolicy(name, errors));
  const tries = 1 + policies.reduce((sum, policy) => sum + policy.tries, 0);
  const pauses = policies.flatMap((policy) => longestPauses(policy, policy.tries));
  return tries * TimeoutSeconds + pauses.reduce((sum, pause) => sum + pause, 0);
}

test("an execution has ended by itself long before the machine's own timer ends it", () => {
  const longest = tasks.reduce((sum, [name, task]) => sum + longestStay(name, task), 0);
  expect(longest).toBeLessThan(definition.TimeoutSeconds / 4);
});

test("docs/retries.md says what becomes of each fault", async () => {
  const sections = await Promise.all(
    tasks.map(async ([name, task]) => ({
      name,
      task,
      longestSeconds: longestStay(name, task),
      cells: await Promise.all(
        faultCases(name).map(
          async (fault): Promise<Cell> => ({
            fault,
            run: await runWithFault(name, fault, longest),
          }),
        ),
      ),
    })),
  );
  await expect(retriesPage(sections)).toMatchFileSnapshot("../../../../../docs/retries.md");
});

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
import { type Fate, type FaultRun, fateOf, runWithFault } from "./fault-run.ts";
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

const judged = ["ExtractImageMetadata", "ImageTypeCheck", "DetectInappropriate", "IsItAppropriate"];
const asked = [...judged, "MarkPendingReview", "IsItStillWanted", "SendToApproval"];
const pictured = ["LabelsAndThumbnails", "DetectLabels", "GenerateThumbnails", "PersistMetadata"];
const rejected = ["QuarantinePhoto", "RecordRejection", "ContentRejected"];
const recorded = ["RecordFailure", "ProcessingFailed"];
const unsupported = ["NotSupportedImageType", "FileNotSupported"];

/** The states that a photo goes through when nothing goes wrong in them but what its fate is. */
const ways: Readonly<Record<Fate, readonly string[]>> = {
  clean: [...judged, ...pictured],
  approved: [...asked, "RecordApproval", ...pictured],
  denied: [...asked, "RecordDenial", ...rejected],
  "rejected by policy": [...judged, "RecordPolicyRejection", ...rejected],
  "not supported": ["ExtractImageMetadata", ...unsupported],
  failed: ["ExtractImageMetadata", "ExtractImageMetadataFailed", ...recorded],
};

/** The tasks behind which no Catch stands. */
const recorders = ["RecordRejection", "NotSupportedImageType", "RecordFailure"];
/** A photo that these refuse is the uploader's to mend. */
const judges = [
  "ExtractImageMetadata",
  "DetectInappropriate",
  "DetectLabels",
  "GenerateThumbnails",
];

/** The states of an execution with a fault in one of its tasks. */
function pathOf(state: string, fault: FaultCase): string[] {
  const way = ways[fateOf(state)];
  if (expectedOf(state, fault).passes) return [...way];
  // Both branches of the Parallel have begun when one of them fails.
  const inParallel = state === "DetectLabels" || state === "GenerateThumbnails";
  const to = way.slice(0, way.indexOf(inParallel ? "GenerateThumbnails" : state) + 1);
  // No Catch sees an answer that is too long.
  if (fault.error === undefined || recorders.includes(state)) return to;
  if (fault.error !== "ImageIdentifyError" || !judges.includes(state)) {
    return [...to, `${state}Failed`, ...recorded];
  }
  return [...to, ...(inParallel ? [`${state}Failed`] : []), ...unsupported];
}

/** What an execution comes to in the state that is its last, and what the row says then. */
const ends: Readonly<Record<string, Pick<FaultRun, "status" | "error" | "row">>> = {
  PersistMetadata: { status: "SUCCEEDED", error: undefined, row: "READY" },
  ContentRejected: { status: "FAILED", error: "ContentRejected", row: "REJECTED" },
  FileNotSupported: { status: "FAILED", error: "FileNotSupported", row: "UNSUPPORTED" },
};

/** Where an execution with a fault ends. */
function endOf(
  state: string,
  fault: FaultCase,
): Pick<FaultRun, "path" | "status" | "error" | "row"> {
  const { passes } = expectedOf(state, fault);
  const path = pathOf(state, fault);
  const last = path.at(-1) ?? "";
  const end = ends[last];
  if (end !== undefined && (passes || last !== state)) return { path, ...end };
  const error = passes ? "InvalidInputError" : (fault.error ?? "States.DataLimitExceeded");
  if (last === "ProcessingFailed") return { path, status: "FAILED", error, row: "FAILED" };
  const waited = path.slice(0, -1).includes("MarkPendingReview");
  return { path, status: "FAILED", error, row: waited ? "PENDING_REVIEW" : "PROCESSING" };
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

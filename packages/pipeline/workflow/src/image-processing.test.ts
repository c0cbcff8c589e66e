import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { describe, expect, test } from "vitest";
import definition from "./image-processing.asl.json" with { type: "json" };
import { callsOf, failing, jpeg, moderated, runImageProcessing } from "./run-image-processing.ts";

describe("a photo", () => {
  test("gets its metadata, is moderated, gets labels and thumbnails, then its row", async () => {
    const { status, calls } = await runImageProcessing();

    expect(status).toBe("SUCCEEDED");
    const tasks = calls.map(({ task }) => task);
    expect(tasks.slice(0, 2)).toEqual(["ExtractMetadata", "DetectModeration"]);
    expect(tasks.slice(2, 4).sort()).toEqual(["DetectLabels", "GenerateThumbnails"]);
    expect(tasks.slice(4)).toEqual(["PersistMetadata"]);
    expect(calls[4]?.input).toMatchObject({
      photo,
      executionArn: expect.stringMatching(/^arn:aws:states:/),
      extractedMetadata: jpeg,
      moderation: moderated("clean"),
      parallelResults: [{ tags: [{ name: "Beach" }] }, { thumbnail: { s3key: "Thumbnail/a.jpg" } }],
    });
  });
});

describe("a file that is no photo", () => {
  test("is recorded with the uploader's reason, at once, and fails as FileNotSupported", async () => {
    const { status, error, calls } = await runImageProcessing({
      ExtractMetadata: failing("ImageIdentifyError", "the file is empty"),
    });

    expect({ status, error }).toEqual({ status: "FAILED", error: "FileNotSupported" });
    expect(calls.map(({ task }) => task)).toEqual(["ExtractMetadata", "RecordFailure"]);
    expect(calls[1]?.input).toMatchObject({
      status: "UNSUPPORTED",
      failure: { Error: "ImageIdentifyError", Cause: expect.stringContaining("the file is empty") },
    });
  });

  test.each(["GIF", "TIFF", "HEIC", "AVIF"])("is told by its format: %s", async (format) => {
    const run = await runImageProcessing({ ExtractMetadata: () => ({ ...jpeg, format }) });

    expect(run.error).toBe("FileNotSupported");
    expect(run.cause).toBe(`${format} is not supported yet: JPEG, PNG and WebP are`);
    expect(callsOf(run, "RecordFailure")).toMatchObject([{ input: { status: "UNSUPPORTED" } }]);
    expect(callsOf(run, "DetectModeration")).toEqual([]);
  });

  test.each(["DetectModeration", "DetectLabels", "GenerateThumbnails"])(
    "is found out by %s when it doesn't decode",
    async (task) => {
      const run = await runImageProcessing({
        [task]: failing("ImageIdentifyError", "the file is cut off"),
      });

      expect(run.error).toBe("FileNotSupported");
      expect(callsOf(run, "RecordFailure")).toMatchObject([{ input: { status: "UNSUPPORTED" } }]);
      expect(callsOf(run, task)).toHaveLength(1);
    },
  );
});

describe.each([
  ["ExtractMetadata", "ExtractImageMetadata"],
  ["DetectModeration", "DetectInappropriate"],
  ["DetectLabels", "DetectLabels"],
  ["GenerateThumbnails", "GenerateThumbnails"],
  ["PersistMetadata", "PersistMetadata"],
] as const)("when %s fails", (task, state) => {
  test.each(["InvalidInputError", "ObjectNotFoundError", "AccessDeniedException"])(
    "for %s, it is not tried again, and the row names state and error",
    async (name) => {
      const run = await runImageProcessing({ [task]: failing(name, "never") });

      expect(run).toMatchObject({ status: "FAILED", error: name });
      expect(run.cause).toMatch(new RegExp(`^${state}: .*never`));
      expect(callsOf(run, task)).toHaveLength(1);
      expect(callsOf(run, "RecordFailure")).toMatchObject([
        { input: { status: "FAILED", failure: { Error: name, Cause: run.cause } } },
      ]);
    },
  );
});

test("a failure that can't be recorded ends the execution under the recorder's own error", async () => {
  const run = await runImageProcessing({
    ExtractMetadata: failing("ImageIdentifyError", "empty"),
    RecordFailure: failing("InvalidInputError", "broken"),
  });
  expect(run).toMatchObject({ status: "FAILED", error: "InvalidInputError" });
  expect(callsOf(run, "RecordFailure")).toHaveLength(1);
});

describe("whoever looks for what an execution caught", () => {
  type State = { Type: string; Next?: string; ResultPath?: string | null } & {
    Catch?: { ErrorEquals: string[]; ResultPath?: string; Next: string }[];
    Default?: string;
    Choices?: { Next: string }[];
  };
  const states = definition.States as unknown as Record<string, State>;
  const recorders = ["RecordFailure", "NotSupportedImageType"];

  /** Whether a state leads to a recorder of failures with nothing but Pass and Choice in between. */
  const recordsSoon = (name: string): boolean => {
    const state = states[name];
    if (recorders.includes(name)) return true;
    if (state?.Type !== "Pass" && state?.Type !== "Choice") return false;
    const choices = (state.Choices ?? []).map(({ Next }) => Next);
    return [state.Next, state.Default, ...choices].some(
      (next) => next !== undefined && recordsSoon(next),
    );
  };

  const catchers = Object.entries(states).flatMap(([name, { Catch = [] }]) =>
    Catch.map(({ Next, ResultPath }) => ({ name, Next, ResultPath })),
  );
  const recorded = catchers.filter(({ Next }) => recordsSoon(Next));

  test.each(recorded)("finds it in $.failure: $name → $Next", ({ ResultPath }) => {
    expect(ResultPath).toBe("$.failure");
  });

  test("finds nothing there of what a person denied, which isn't a failure", () => {
    expect(catchers.filter((catcher) => !recorded.includes(catcher))).toEqual([
      { name: "SendToApproval", Next: "RecordDenial", ResultPath: "$.denial" },
    ]);
  });

  test("finds it kept by every state on the way to the end", () => {
    const between = Object.entries(states).filter(
      ([name, { Type }]) => Type === "Pass" && recordsSoon(name),
    );
    expect(between.length).toBeGreaterThan(0);
    expect(between.filter(([, { ResultPath }]) => ResultPath !== "$.failure")).toEqual([]);
    expect(recorders.map((name) => states[name]?.ResultPath)).toEqual([null, null]);
  });

  test("finds every task's failures caught, but for those of the tasks that record the end", () => {
    const uncaught = Object.entries(states).filter(
      ([, { Type, Catch = [] }]) =>
        (Type === "Task" || Type === "Parallel") &&
        !Catch.some(({ ErrorEquals }) => ErrorEquals.includes("States.ALL")),
    );
    expect(uncaught.map(([name]) => name)).toEqual(["RecordRejection", ...recorders.toReversed()]);
  });
});
